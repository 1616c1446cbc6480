import { deepClone } from '../../../kit/deep.ts';
import { isJsonObject, type JsonObject } from '../object.ts';
import type { FieldInfo, TypeInfo } from '../type-info.ts';
import { badRequest } from '../status-error.ts';
import { goFormat } from './go-format.ts';
import { DIRECTIVE, holdsObjects, identity, ordered, patchFault, readDirectives } from './strategic-list.ts';

const RETAIN_KEYS = '$retainKeys';
const ELEMENT_ORDER = '$setElementOrder/';
const DELETE_FROM_LIST = '$deleteFromPrimitiveList/';
const isListDirective = (key: string) => key.startsWith(ELEMENT_ORDER) || key.startsWith(DELETE_FROM_LIST);

const BAD_RETAIN_KEYS = 'invalid patch format of retainKeys';
const BAD_PRIMITIVE_LIST = 'invalid patch format of primitive list';
const BAD_ELEMENT_ORDER = 'invalid patch format of setElementOrder list';

const define = (target: JsonObject, key: string, value: unknown) =>
  Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });

/** A patch's value where the object has none: without nulls and directives. Undefined when nothing is left to add. */
function asNew(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asNew).filter((v) => v !== undefined);
  if (!isJsonObject(value)) return value;
  if (Object.hasOwn(value, DIRECTIVE)) return undefined;
  const result: JsonObject = {};
  for (const key of Object.keys(value)) {
    const member = value[key] === null ? undefined : asNew(value[key]);
    if (member !== undefined) define(result, key, member);
  }
  return result;
}

/** How one member of an object is merged. Members without a type (of plain maps, of raw values) merge as maps do. */
interface Member {
  type: TypeInfo | undefined;
  replaces: boolean;
  merges: boolean;
  mergeKey: string;
}

function memberOf(type: TypeInfo | undefined, key: string): Member {
  const field: FieldInfo | undefined = type?.fields.get(key);
  const strategy = field?.patchStrategy ?? [];
  return {
    type: field?.type ?? (type?.kind === 'map' ? type.element : undefined),
    replaces: strategy.includes('replace'),
    merges: strategy.includes('merge'),
    mergeKey: field?.patchMergeKey ?? '',
  };
}

const scalarsOnce = (items: readonly unknown[]) => [...new Set(items)];

/** A merged list, and the server's list as far as upstream's merge leaves it intact; see `mergeList`. */
interface MergedList {
  merged: unknown[];
  server: readonly unknown[];
}

/**
 * Merges lists. Upstream deletes and appends within the server's own list, so that what it then takes for the server's order
 * holds new items where others were deleted: they come behind those of the server, not in front.
 */
function mergeList(original: readonly unknown[], patch: readonly unknown[], member: Member): MergedList {
  if (!member.merges) return { merged: [...patch], server: original };
  if (original.length === 0 && patch.length === 0) return { merged: [], server: original };
  if (!holdsObjects(original, patch)) {
    return { merged: ordered(scalarsOnce([...original, ...patch]), patch, original, ''), server: original };
  }
  const { mergeKey } = member;
  if (!mergeKey) throw patchFault(`cannot merge lists without merge key for ${member.type?.element?.goType ?? ''}`);
  const read = readDirectives(original, patch, mergeKey);
  const merged = [...read.original];
  for (const item of read.patch) {
    const id = identity(item, mergeKey);
    const at = merged.findIndex((m) => isJsonObject(m) && m[mergeKey] === id);
    const known = merged[at];
    if (isJsonObject(known) && isJsonObject(item)) merged[at] = mergeMap(known, item, member.type?.element);
    else merged.push(asNew(item));
  }
  const server = read.deletes ? merged.slice(0, original.length) : original;
  return { merged: ordered(merged, read.patch, read.original, mergeKey), server };
}

function retainKeys(original: JsonObject, patch: JsonObject): JsonObject {
  const keys = patch[RETAIN_KEYS];
  if (keys === undefined) return { ...original };
  if (!Array.isArray(keys)) throw badRequest(BAD_RETAIN_KEYS);
  const retained = new Set<unknown>(keys);
  for (const key of Object.keys(patch)) {
    if (key === RETAIN_KEYS || patch[key] === null || isListDirective(key)) continue;
    if (!retained.has(key)) throw badRequest(BAD_RETAIN_KEYS);
  }
  return Object.fromEntries(Object.entries(original).filter(([key]) => retained.has(key)));
}

/** Items of a patch's list must stand in the order that its $setElementOrder gives. */
function checkOrder(patch: readonly unknown[], order: readonly unknown[], mergeKey: string): void {
  if (patch.length === 0 || order.length === 0) return;
  const items = patch.filter((item) => !isJsonObject(item) || !Object.hasOwn(item, DIRECTIVE));
  let i = 0;
  for (const entry of order) {
    const item = items[i];
    if (i < items.length && identity(item, mergeKey) === identity(entry, mergeKey)) i++;
  }
  if (i < items.length) {
    throw patchFault(
      `The order in patch list:\n${goFormat(patch)}\n doesn't match $setElementOrder list:\n${goFormat(order)}\n`,
    );
  }
}

/** Merges the list that a `$setElementOrder/name` is about and puts it into the given order. */
function mergeOrdered(result: JsonObject, patch: JsonObject, directive: string, type: TypeInfo | undefined): void {
  const key = directive.slice(ELEMENT_ORDER.length);
  const order = patch[directive];
  if (!Array.isArray(order)) throw badRequest(BAD_ELEMENT_ORDER);
  const original = result[key];
  const changes = patch[key];
  if (original !== undefined && !Array.isArray(original)) throw badRequest(BAD_ELEMENT_ORDER);
  if (changes !== undefined && changes !== null && !Array.isArray(changes)) throw badRequest(BAD_ELEMENT_ORDER);
  const member = memberOf(type, key);
  checkOrder(changes ?? [], order, member.mergeKey);
  if (original === undefined && !changes) return;
  const { merged, server } =
    original && changes
      ? mergeList(original, changes, member)
      : { merged: original ?? (asNew(changes) as unknown[]), server: original ?? [] };
  define(result, key, ordered(merged, order, server, member.mergeKey));
}

function mergeMap(original: JsonObject, patch: JsonObject, type: TypeInfo | undefined): JsonObject {
  if (Object.hasOwn(patch, DIRECTIVE)) {
    const { [DIRECTIVE]: directive, ...rest } = patch;
    if (directive === 'replace') return rest;
    if (directive === 'delete') return {};
    if (directive !== 'merge')
      throw patchFault(`unknown patch type '${goFormat(directive)}' in map: ${goFormat(patch)}`);
    return mergeMap(original, rest, type);
  }
  const result = retainKeys(original, patch);
  const done = new Set<string>([RETAIN_KEYS]);
  for (const key of Object.keys(patch)) {
    if (!key.startsWith(ELEMENT_ORDER)) continue;
    mergeOrdered(result, patch, key, type);
    done.add(key).add(key.slice(ELEMENT_ORDER.length));
  }
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (key.startsWith(DELETE_FROM_LIST)) deleteFromList(result, key, value);
    else if (!done.has(key)) mergeMember(result, key, value, type);
  }
  return result;
}

function deleteFromList(result: JsonObject, directive: string, value: unknown): void {
  const key = directive.slice(DELETE_FROM_LIST.length);
  if (!Array.isArray(value)) throw badRequest(BAD_PRIMITIVE_LIST);
  const list = result[key];
  const gone = new Set<unknown>(value);
  if (Array.isArray(list))
    define(
      result,
      key,
      list.filter((v) => !gone.has(v)),
    );
}

function mergeMember(result: JsonObject, key: string, value: unknown, type: TypeInfo | undefined): void {
  if (value === null) {
    delete result[key];
    return;
  }
  const old = Object.hasOwn(result, key) ? result[key] : undefined;
  const member = memberOf(type, key);
  if (isJsonObject(old) && isJsonObject(value)) {
    define(result, key, member.replaces ? value : mergeMap(old, value, member.type));
  } else if (Array.isArray(old) && Array.isArray(value)) define(result, key, mergeList(old, value, member).merged);
  else {
    const added = asNew(value);
    if (added === undefined) delete result[key];
    else define(result, key, added);
  }
}

/**
 * Applies a strategic merge patch to an object of the given type: lists are merged by the keys that the type declares, and
 * `$patch`, `$retainKeys`, `$setElementOrder` and `$deleteFromPrimitiveList` are obeyed. Throws a StatusError.
 */
export function applyStrategicMergePatch(type: TypeInfo, document: JsonObject, patch: unknown): JsonObject {
  if (!isJsonObject(patch)) throw badRequest('Invalid JSON Patch');
  return deepClone(mergeMap(document, patch, type));
}
