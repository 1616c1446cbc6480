import { safeEncode } from '../../../kit/random.ts';

/** FNV-1a, 32 bits. */
function fnv32(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

function canonical(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(canonical);
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, canonical(v)]));
}

/** A short hash of a template in upstream's form (`5d9f7c8b6`); the same for equal templates, whatever their order of members. */
export function templateHash(template: unknown, collisionCount?: number): string {
  const hash = fnv32(JSON.stringify(canonical(template)) + (collisionCount ?? ''));
  // Upstream's is rarely shorter than this, and who looks for a hash in a name counts on it.
  return safeEncode(String(hash).padStart(9, '0'));
}
