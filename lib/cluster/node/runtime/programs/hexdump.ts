import type { Program } from '../process.ts';
import { at } from './operands.ts';
import { options } from './options.ts';

const WIDTH = 16;

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');

/** `hexdump [-C] FILE…`: bytes in hexadecimal, sixteen a line; with -C one by one and as text. */
export const hexdump: Program = async (p, args) => {
  const { flags, operands } = options(args, 'ns');
  const parts: Uint8Array[] = [];
  if (operands.length === 0) parts.push(await p.wait(p.stdin.readAll()));
  for (const path of operands) {
    try {
      parts.push(p.fs.readFile(at(p, path)));
    } catch (err) {
      await p.warn(`hexdump: ${path}: ${err instanceof Error ? err.message : String(err)}\n`);
      return 1;
    }
  }
  const data = Buffer.concat(parts);
  const address = (offset: number) => hex(offset, flags.has('C') ? 8 : 7);
  for (let offset = 0; offset < data.length; offset += WIDTH) {
    const line = [...data.subarray(offset, offset + WIDTH)];
    await p.print(`${address(offset)}${flags.has('C') ? canonical(line) : words(line)}\n`);
  }
  if (data.length > 0) await p.print(`${address(data.length)}\n`);
  return 0;
};

function canonical(line: readonly number[]): string {
  const bytes = Array.from({ length: WIDTH }, (_, i) => (line[i] === undefined ? '  ' : hex(line[i], 2)));
  const text = line.map((b) => (b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : '.')).join('');
  return `  ${bytes.slice(0, 8).join(' ')}  ${bytes.slice(8).join(' ')}  |${text}|`;
}

/** Words of two bytes, the lower first. */
function words(line: readonly number[]): string {
  let text = '';
  for (let i = 0; i < line.length; i += 2) text += ` ${hex((line[i] ?? 0) + 256 * (line[i + 1] ?? 0), 4)}`;
  return text;
}
