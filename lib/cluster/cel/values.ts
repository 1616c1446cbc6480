import { Optional } from '@marcbachmann/cel-js';
import { isJsonObject } from '../machinery/object.ts';

/** A JSON value as expressions see it: whole numbers are ints, other numbers doubles. */
export function fromJson(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(fromJson);
  if (!isJsonObject(value)) return value ?? null;
  const out: Record<string, unknown> = {};
  for (const [key, one] of Object.entries(value)) if (one !== undefined) out[key] = fromJson(one);
  return out;
}

/** A result of an expression as JSON: ints become numbers, times RFC 3339 strings. */
export function toJson(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, one]) => [String(key), toJson(one)]));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, toJson(one)]));
}

/** An optional value: empty for undefined. */
export function optional(value: unknown): unknown {
  return value === undefined ? Optional.none() : Optional.of(value);
}
