import { goRegExp } from '../../machinery/go-regexp.ts';
import { renamed } from '../renamed.ts';
import type { Library } from './library.ts';

const at = (text: string, index: bigint): string => {
  const chars = Array.from(text);
  if (index < 0n || index > BigInt(chars.length)) throw new Error(`index out of range: ${index}`);
  return chars[Number(index)] ?? '';
};

function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  if (value === null) return 'null';
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z');
  if (typeof value === 'object') {
    const entries = Object.entries(value as Record<string, unknown>).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([k, v]) => `${k}: ${show(v)}`).join(', ')}}`;
  }
  return String(value as string | number | bigint | boolean);
}

function verb(spec: string, precision: string | undefined, value: unknown): string {
  const number = Number(value);
  switch (spec) {
    case 's':
      return show(value);
    case 'd':
      return String(value as bigint);
    case 'f':
      return number.toFixed(precision === undefined ? 6 : Number(precision));
    case 'e':
      return number.toExponential(precision === undefined ? 6 : Number(precision)).replace(/e([+-])(\d)$/, 'e$10$2');
    case 'b':
      return typeof value === 'boolean' ? (value ? '1' : '0') : BigInt(value as bigint).toString(2);
    case 'o':
      return BigInt(value as bigint).toString(8);
    default: {
      const hex = typeof value === 'string' ? Buffer.from(value).toString('hex') : BigInt(value as bigint).toString(16);
      return spec === 'X' ? hex.toUpperCase() : hex;
    }
  }
}

/** `'%s has %d'.format(['a', 3])` */
function format(text: string, args: readonly unknown[]): string {
  let next = 0;
  return text.replace(/%(?:%|(?:\.(\d+))?([sdfebxXo]))/g, (whole, precision: string | undefined, spec: string) => {
    if (whole === '%%') return '%';
    if (next >= args.length) throw new Error(`index ${next} out of range`);
    return verb(spec, precision, args[next++]);
  });
}

const all = (text: string, pattern: string): string[] =>
  [...text.matchAll(new RegExp(goRegExp(pattern), `${goRegExp(pattern).flags}g`))].map(([found]) => found);

const replace = (text: string, from: string, to: string, limit: number) => {
  const parts = text.split(from);
  if (limit < 0 || parts.length - 1 <= limit) return parts.join(to);
  return [parts.slice(0, limit + 1).join(to), ...parts.slice(limit + 1)].join(from);
};

/** What `strings.` stands for before a function's name. */
class StringFunctions {}

/** Strings and regular expressions: what the parser's own library lacks (cel-go's strings, Kubernetes' regex). */
export const strings: Library = {
  types: [{ name: 'StringFunctions', ctor: StringFunctions }],
  constants: [{ name: 'strings', type: 'StringFunctions', value: new StringFunctions() }],
  functions: [
    [`${renamed('matches')}(string, string): bool`, (s: string, p: string) => goRegExp(p).test(s)],
    [`string.${renamed('matches')}(string): bool`, (s: string, p: string) => goRegExp(p).test(s)],
    ['matches(string, string): bool', (s: string, p: string) => goRegExp(p).test(s)],
    ['StringFunctions.quote(string): string', (_: StringFunctions, s: string) => JSON.stringify(s)],
    ['string.charAt(int): string', (s: string, i: bigint) => at(s, i)],
    ['string.replace(string, string): string', (s: string, a: string, b: string) => replace(s, a, b, -1)],
    [
      'string.replace(string, string, int): string',
      (s: string, a: string, b: string, n: bigint) => replace(s, a, b, Number(n)),
    ],
    ['string.reverse(): string', (s: string) => Array.from(s).reverse().join('')],
    ['string.format(list): string', format],
    ['string.find(string): string', (s: string, p: string) => goRegExp(p).exec(s)?.[0] ?? ''],
    ['string.findAll(string): list<string>', (s: string, p: string) => all(s, p)],
    [
      'string.findAll(string, int): list<string>',
      (s: string, p: string, n: bigint) => all(s, p).slice(0, n < 0n ? undefined : Number(n)),
    ],
  ],
};
