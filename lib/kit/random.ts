import { randomBytes } from 'node:crypto';

/** The only source of chance. */
export interface Random {
  /** A number in [0, 1). */
  float(): number;
  /** `n` random bytes. */
  bytes(n: number): Uint8Array;
}

/** Random bytes that were asked for ahead, as each call of the system costs as much as thousands of bytes. */
const POOL = 4096;
let pool = Buffer.alloc(0);

/** `n` bytes that nobody else gets. */
function take(n: number): Buffer {
  if (n > POOL / 8) return randomBytes(n);
  if (pool.length < n) pool = randomBytes(POOL);
  const taken = pool.subarray(0, n);
  pool = pool.subarray(n);
  return taken;
}

/** Unpredictable: for credentials and for real clusters. */
export const secureRandom: Random = {
  float: () => take(6).readUIntBE(0, 6) / 2 ** 48,
  bytes: (n) => Uint8Array.from(take(n)),
};

/** Repeatable, for tests: the same seed gives the same sequence (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const float = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return { float, bytes: (n) => Uint8Array.from({ length: n }, () => Math.floor(float() * 256)) };
}

/** A whole number in [0, bound). */
export function randomInt(random: Random, bound: number): number {
  return Math.floor(random.float() * bound);
}

/** A version 4 UUID. */
export function uuid(random: Random): string {
  const b = random.bytes(16);
  b[6] = ((b[6] ?? 0) & 0x0f) | 0x40;
  b[8] = ((b[8] ?? 0) & 0x3f) | 0x80;
  const hex = Buffer.from(b).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The alphabet of generated names (k8s.io/apimachinery/pkg/util/rand): no vowels, no look-alikes. */
const NAME_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** A generated name's suffix, as `generateName` and pod template hashes use it. */
export function nameSuffix(random: Random, length = 5): string {
  return Array.from({ length }, () => NAME_ALPHABET[randomInt(random, NAME_ALPHABET.length)]).join('');
}

/** Maps each digit of a number's text into the name alphabet (rand.SafeEncodeString). */
export function safeEncode(text: string): string {
  return Array.from(text, (c) => NAME_ALPHABET[c.charCodeAt(0) % NAME_ALPHABET.length]).join('');
}
