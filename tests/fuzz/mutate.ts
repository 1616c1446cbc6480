import { deepClone } from '../../lib/kit/deep.ts';
import { randomInt, type Random } from '../../lib/kit/random.ts';

/** Chooses among values; more often among those that stand first twice. */
export const pick = <T>(random: Random, values: readonly T[]): T => values[randomInt(random, values.length)] as T;

export const chance = (random: Random, oneIn: number): boolean => randomInt(random, oneIn) === 0;

const nested = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth);

/** Texts that parsers, validation and expressions are known to stumble over. */
export const TEXTS: readonly string[] = [
  '',
  ' ',
  'a',
  '-1',
  '0',
  '1e400',
  '9223372036854775808',
  '50%',
  'null',
  '__proto__',
  'constructor',
  'toString',
  '../../etc',
  '%00',
  '\u0000',
  '\ud800',
  '\u2028',
  '한국어',
  'a'.repeat(300),
  `${'a-'.repeat(5_000)}!`,
  'a.'.repeat(5_000),
  `${'1'.repeat(5_000)}Mi`,
  ','.repeat(5_000),
  nested(3_000, '(', ')'),
  nested(3_000, '[', ']'),
  `x in (${'a,'.repeat(2_000)}b)`,
  `{${'.a'.repeat(2_000)}}`,
  `${'!'.repeat(3_000)}true`,
  'self.all(x, self.all(y, self.all(z, x == y)))',
  '*/1,*/2 */3 * * 1-5/2',
  '999999h0m0s',
  '2026-02-30T25:61:61Z',
  '256.1.1.1/33',
  '::ffff:1.2.3.4',
  'kubernetes.io/a/b',
  '$(A)$(B)$$(C)',
  '~1~0~2/-/00',
  '^(a+)+$',
  '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
];

const NUMBERS = [0, -0, -1, 1, 0.5, 65_536, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, 5e-324];

function deep(depth: number, list: boolean): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = list ? [value] : { a: value };
  return value;
}

/** Any JSON value, odd ones more often. */
export function anyValue(random: Random): unknown {
  switch (randomInt(random, 12)) {
    case 0:
      return null;
    case 1:
    case 2:
      return pick(random, NUMBERS);
    case 3:
      return chance(random, 2);
    case 4:
      return [];
    case 5:
      return {};
    case 6:
      return Array.from({ length: randomInt(random, 4) }, () => anyValue(random));
    case 7:
      return Object.fromEntries([[pick(random, TEXTS), anyValue(random)]]);
    case 8:
      return chance(random, 20) ? deep(pick(random, [50, 500, 990]), chance(random, 2)) : {};
    case 9:
      return chance(random, 50) ? Array.from({ length: 3_000 }, (_, i) => ({ name: `n${i}`, key: 'a' })) : [null];
    default:
      return pick(random, TEXTS);
  }
}

/** Places inside a JSON value: the container and the key. */
export function places(value: unknown): { holder: Record<string, unknown>; key: string; path: string }[] {
  const found: { holder: Record<string, unknown>; key: string; path: string }[] = [];
  const walk = (holder: unknown, path: string, depth: number): void => {
    if (typeof holder !== 'object' || holder === null || depth > 20) return;
    for (const key of Object.keys(holder).slice(0, 50)) {
      const here = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      found.push({ holder: holder as Record<string, unknown>, key, path: here });
      walk((holder as Record<string, unknown>)[key], here, depth + 1);
    }
  };
  walk(value, '', 0);
  return found;
}

const set = (holder: object, key: string, value: unknown) =>
  Object.defineProperty(holder, key, { value, enumerable: true, writable: true, configurable: true });

/** A copy of a JSON value with one thing in it changed; `other` lends parts of itself. */
export function mutateValue(random: Random, original: unknown, other: unknown): unknown {
  const value = deepClone(original);
  const all = places(value);
  if (all.length === 0) return anyValue(random);
  const { holder, key } = pick(random, all);
  switch (randomInt(random, 6)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete holder[key];
      break;
    case 1:
      if (Array.isArray(holder)) holder.push(deepClone(holder[Number(key)]));
      else set(holder, pick(random, TEXTS), deepClone(holder[key]));
      break;
    case 2: {
      const lent = places(other);
      if (lent.length) {
        const from = pick(random, lent);
        set(holder, Array.isArray(holder) ? key : pick(random, [key, from.key]), deepClone(from.holder[from.key]));
      }
      break;
    }
    case 3:
      if (typeof holder[key] === 'string') set(holder, key, holder[key] + pick(random, TEXTS));
      else set(holder, key, anyValue(random));
      break;
    default:
      set(holder, key, anyValue(random));
  }
  return value;
}

const TOKENS = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\u0000',
  '\\ud800',
  '&a *a',
  '<<: *a',
  '!!binary |',
  '\u0000',
  '\n\t- ',
  '---\n',
  '1e999',
];

/** Bytes with some of them changed. */
export function mutateBytes(random: Random, original: Uint8Array): Uint8Array {
  let bytes = Buffer.from(original);
  for (let left = 1 + randomInt(random, 3); left > 0; left--) {
    const at = randomInt(random, bytes.length + 1);
    const length = randomInt(random, 16);
    switch (randomInt(random, 7)) {
      case 0:
        bytes = bytes.subarray(0, at);
        break;
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), random.bytes(length), bytes.subarray(at)]);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(randomInt(random, bytes.length + 1))]);
        break;
      case 4: {
        const times = chance(random, 40) ? 20_000 : 1 + randomInt(random, 8);
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          Buffer.from(pick(random, TOKENS).repeat(times)),
          bytes.subarray(at),
        ]);
        break;
      }
      default:
        if (at < bytes.length) bytes[at] = randomInt(random, 256);
    }
  }
  return new Uint8Array(bytes);
}
