/** Freezes a JSON value and all below it; a part that is frozen already is taken to be frozen all the way down. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}

/** A JSON value's own copy, which may be changed. */
export function deepClone<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((v: unknown) => deepClone(v)) as T;
  const copy: Record<string, unknown> = {};
  for (const key in value) copy[key] = deepClone(value[key]);
  return copy as T;
}

/** Whether two JSON values are equal. Absent and undefined members are the same; order of members does not matter. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((v, i) => deepEqual(v, b[i]));
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  for (const k in left) if (left[k] !== undefined && !deepEqual(left[k], right[k])) return false;
  for (const k in right) if (right[k] !== undefined && left[k] === undefined) return false;
  return true;
}
