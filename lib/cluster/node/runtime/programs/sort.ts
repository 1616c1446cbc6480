import { isFsError } from '../fs/fs-error.ts';
import type { Process, Program } from '../process.ts';
import { at, why } from './operands.ts';
import { options } from './options.ts';

type Compare = (a: string, b: string) => number;

const byBytes: Compare = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const numberOf = (text: string) => Number.parseFloat(text) || 0;
const SUFFIXES = ' KMGTPE';
const sizeOf = (text: string) => {
  const [, digits = '0', suffix = ''] = /^\s*(-?[\d.]+)([KMGTPE]?)/i.exec(text) ?? [];
  return Number(digits) * 1024 ** Math.max(0, SUFFIXES.indexOf(suffix.toUpperCase()));
};

/** How two texts compare under the letters of sort's options. */
function comparison(letters: string): Compare {
  const fold = letters.includes('f') ? (s: string) => s.toUpperCase() : (s: string) => s;
  const trim = letters.includes('b') ? (s: string) => s.trimStart() : (s: string) => s;
  const base: Compare = letters.includes('n')
    ? (a, b) => numberOf(a) - numberOf(b)
    : letters.includes('h')
      ? (a, b) => sizeOf(a) - sizeOf(b)
      : letters.includes('V')
        ? (a, b) => a.localeCompare(b, 'en', { numeric: true })
        : (a, b) => byBytes(fold(trim(a)), fold(trim(b)));
  return letters.includes('r') ? (a, b) => -base(a, b) : base;
}

/** The part of a line that a key (`2`, `2,3`, `2nr`) means. */
function keyOf(line: string, from: number, to: number, separator: string | undefined): string {
  if (separator !== undefined)
    return line
      .split(separator)
      .slice(from - 1, to)
      .join(separator);
  // A field begins with the blanks before it.
  return (line.match(/\s*\S+/g) ?? []).slice(from - 1, to).join('');
}

async function textOf(p: Process, operands: readonly string[]): Promise<string> {
  if (operands.length === 0) return Buffer.from(await p.readAll()).toString('utf8');
  let text = '';
  for (const path of operands)
    text += path === '-' ? Buffer.from(await p.readAll()).toString('utf8') : p.fs.readText(at(p, path));
  return text;
}

/** `sort`, which compares bytes as in the C locale: containers have no other. */
export const sort: Program = async (p, args) => {
  const { flags, values, operands } = options(args, 'kto');
  const letters = [...flags].join('');
  const [, from = '1', to, own = ''] =
    /^(\d+)(?:\.\d+)?[a-zA-Z]*(?:,(\d+))?(?:\.\d+)?([a-zA-Z]*)$/.exec(values.get('k') ?? '1') ?? [];
  const keyLetters = own || /^[\d.]+([a-zA-Z]+)/.exec(values.get('k') ?? '')?.[1] || letters;
  const compare = comparison(keyLetters);
  const key = (line: string) =>
    values.has('k') ? keyOf(line, Number(from), to === undefined ? Infinity : Number(to), values.get('t')) : line;
  let text: string;
  try {
    text = await textOf(p, operands);
  } catch (err) {
    if (!isFsError(err)) throw err;
    await p.warn(`sort: ${operands.find((o) => o !== '-' && !p.fs.exists(at(p, o))) ?? ''}: ${why(err)}\n`);
    return 2;
  }
  const lines = text.replace(/\n$/, '').split('\n');
  if (text === '') lines.length = 0;
  // What a key does not tell apart, the whole line does, unless told to leave it as it came.
  const last: Compare = flags.has('s') || flags.has('u') ? () => 0 : flags.has('r') ? (a, b) => byBytes(b, a) : byBytes;
  const order: Compare = (a, b) => compare(key(a), key(b)) || last(a, b);
  if (flags.has('c')) return lines.every((line, i) => i === 0 || order(lines[i - 1] ?? '', line) <= 0) ? 0 : 1;
  lines.sort(order);
  const kept = flags.has('u')
    ? lines.filter((line, i) => i === 0 || compare(key(lines[i - 1] ?? ''), key(line)) !== 0)
    : lines;
  const out = kept.map((line) => `${line}\n`).join('');
  const target = values.get('o');
  if (target === undefined) await p.print(out);
  else p.fs.writeFile(at(p, target), out);
  return 0;
};
