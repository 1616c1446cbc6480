import { deepClone } from '../../../kit/deep.ts';
import { isJsonObject, type JsonObject } from '../object.ts';
import { badRequest } from '../status-error.ts';

function define(target: JsonObject, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  else target[key] = value;
}

/** A patch's value where the document has none: without its nulls. */
function withoutNulls(patch: unknown): unknown {
  if (!isJsonObject(patch)) return deepClone(patch);
  const result: JsonObject = {};
  for (const key of Object.keys(patch)) if (patch[key] !== null) define(result, key, withoutNulls(patch[key]));
  return result;
}

function merge(document: JsonObject, patch: JsonObject): JsonObject {
  const result: JsonObject = { ...document };
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    const old = Object.hasOwn(result, key) ? result[key] : undefined;
    if (value === null) delete result[key];
    else if (isJsonObject(value) && isJsonObject(old)) define(result, key, merge(old, value));
    else define(result, key, withoutNulls(value));
  }
  return result;
}

/**
 * Applies a merge patch (RFC 7386). The result shares with the document what the patch leaves alone. Throws a StatusError
 * (400) for a patch that is no object.
 */
export function applyMergePatch(document: JsonObject, patch: unknown): JsonObject {
  if (!isJsonObject(patch)) throw badRequest('Invalid JSON Patch');
  return merge(document, patch);
}
