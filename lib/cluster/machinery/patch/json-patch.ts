import { deepClone, deepEqual } from '../../../kit/deep.ts';
import { isJsonObject, type JsonObject } from '../object.ts';
import { badRequest, StatusError } from '../status-error.ts';

/** Upstream's limits against patches that make much of little. */
const MAX_OPERATIONS = 10_000;
const MAX_COPIED_BYTES = 3 * 1024 * 1024;

/** An operation that cannot be applied. Upstream tells its log why, and the client only that it is so. */
class PatchFault extends Error {}

type Container = JsonObject | unknown[];

interface Operation {
  op: string;
  path: string;
  from: string;
  hasValue: boolean;
  value: unknown;
}

const jsonKind = (value: unknown) =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;

function readOperations(patch: unknown): Operation[] {
  const refuse = (what: string, type: string) =>
    badRequest(`error decoding patch: json: cannot unmarshal ${what} into Go value of type ${type}`);
  if (!Array.isArray(patch)) throw refuse(jsonKind(patch), '[]handlers.jsonPatchOp');
  if (patch.length > MAX_OPERATIONS) {
    throw new StatusError(
      413,
      'RequestEntityTooLarge',
      `Request entity too large: The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${patch.length}`,
    );
  }
  return patch.map((operation: unknown): Operation => {
    if (!isJsonObject(operation)) throw refuse(jsonKind(operation), 'handlers.jsonPatchOp');
    const text = (name: string) => {
      const value = operation[name] ?? '';
      if (typeof value === 'string') return value;
      throw badRequest(
        `error decoding patch: json: cannot unmarshal ${jsonKind(value)} into Go struct field jsonPatchOp.${name} of type string`,
      );
    };
    return {
      op: text('op'),
      path: text('path'),
      from: text('from'),
      hasValue: Object.hasOwn(operation, 'value'),
      value: operation['value'] ?? null,
    };
  });
}

const unescape = (part: string) => part.replaceAll('~1', '/').replaceAll('~0', '~');

function arrayIndex(key: string, length: number): number {
  if (!/^[+-]?\d+$/.test(key)) throw new PatchFault();
  const index = Number(key);
  if (index >= length || index < -length) throw new PatchFault();
  return index < 0 ? index + length : index;
}

function getMember(container: Container, key: string): unknown {
  if (Array.isArray(container)) return container[arrayIndex(key, container.length)];
  return Object.hasOwn(container, key) ? container[key] : undefined;
}

function setMember(container: Container, key: string, value: unknown): void {
  if (Array.isArray(container)) container[arrayIndex(key, container.length)] = value;
  else Object.defineProperty(container, key, { value, enumerable: true, writable: true, configurable: true });
}

function addMember(container: Container, key: string, value: unknown): void {
  if (!Array.isArray(container)) return setMember(container, key, value);
  if (key === '-') container.push(value);
  else container.splice(arrayIndex(key, container.length + 1), 0, value);
}

function removeMember(container: Container, key: string): void {
  if (Array.isArray(container)) container.splice(arrayIndex(key, container.length), 1);
  else if (Object.hasOwn(container, key)) delete container[key];
  else throw new PatchFault();
}

/** The container that a pointer's last part is looked up in, and that part. */
function resolve(document: Container, pointer: string): { container: Container; key: string } | undefined {
  const parts = pointer.split('/');
  if (parts.length < 2) return undefined;
  const key = unescape(parts.at(-1) ?? '');
  let container = document;
  for (const part of parts.slice(1, -1)) {
    let next: unknown;
    try {
      next = getMember(container, unescape(part));
    } catch {
      return undefined;
    }
    if (!isJsonObject(next) && !Array.isArray(next)) return undefined;
    container = next;
  }
  return { container, key };
}

/** `copied` counts what the patch's copies have added so far. */
function apply(
  document: Container,
  { op, path, from, hasValue, value }: Operation,
  copied: { bytes: number },
): Container {
  const place = (pointer: string) => {
    const found = resolve(document, pointer);
    if (!found) throw new PatchFault();
    return found;
  };
  switch (op) {
    case 'add': {
      if (path === '') return isJsonObject(value) || Array.isArray(value) ? deepClone(value) : document;
      const { container, key } = place(path);
      addMember(container, key, deepClone(value));
      return document;
    }
    case 'remove': {
      const { container, key } = place(path);
      removeMember(container, key);
      return document;
    }
    case 'replace': {
      if (path === '') return isJsonObject(value) || Array.isArray(value) ? deepClone(value) : document;
      const { container, key } = place(path);
      setMember(container, key, deepClone(value));
      return document;
    }
    case 'move':
    case 'copy': {
      const source = place(from);
      const moved = getMember(source.container, source.key) ?? null;
      if (op === 'move') removeMember(source.container, source.key);
      else copied.bytes += JSON.stringify(moved).length;
      if (copied.bytes > MAX_COPIED_BYTES) throw new PatchFault();
      const { container, key } = place(path);
      addMember(container, key, op === 'move' ? moved : deepClone(moved));
      return document;
    }
    case 'test': {
      const at = path === '' ? undefined : place(path);
      const found = at ? getMember(at.container, at.key) : document;
      if (!deepEqual(found ?? null, hasValue ? value : null)) throw new PatchFault();
      return document;
    }
    default:
      throw new PatchFault();
  }
}

/**
 * Applies a JSON patch (RFC 6902) to a copy of a document. As upstream's library has it, a `replace` of a member that an
 * object lacks adds it, and indexes may count from the end. Throws a StatusError: 400 for what is no patch, 422 for one
 * that does not apply.
 */
export function applyJsonPatch(document: JsonObject, patch: unknown): JsonObject {
  const operations = readOperations(patch);
  let result: Container = deepClone(document);
  const copied = { bytes: 0 };
  try {
    for (const operation of operations) result = apply(result, operation, copied);
  } catch (err) {
    if (!(err instanceof PatchFault)) throw err;
    throw new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
  }
  return isJsonObject(result) ? result : {};
}
