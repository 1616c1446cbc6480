import { isJsonObject, type JsonObject } from '../object.ts';
import { StatusError } from '../status-error.ts';
import { goFormat } from './go-format.ts';

/** Lists of a strategic merge patch: who is who by the merge key, and in which order the result stands. */
export const DIRECTIVE = '$patch';

/** A plain error of patching: it has no reason. Upstream answers with code 500, as if it were not the client's fault. */
export const patchFault = (message: string): StatusError => new StatusError(400, '', message);

/** What upstream says of lists in lists. */
const listOfLists = () =>
  new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});

const noMergeKey = (item: unknown, mergeKey: string) =>
  patchFault(`map: ${goFormat(item)} does not contain declared merge key: ${mergeKey}`);

/** What identifies an item: the value of its merge key, or the scalar itself when there is none. */
export function identity(item: unknown, mergeKey: string): unknown {
  if (!mergeKey) return item;
  if (!isJsonObject(item)) throw patchFault(`expected a map, but got ${goFormat(item)}`);
  if (!Object.hasOwn(item, mergeKey)) throw noMergeKey(item, mergeKey);
  return item[mergeKey];
}

const isDeletion = (item: unknown) => isJsonObject(item) && item[DIRECTIVE] === 'delete';

/** Positions by identity; the first of equals counts. */
function positions(items: readonly unknown[], mergeKey: string): Map<unknown, number> {
  const found = new Map<unknown, number>();
  items.forEach((item, i) => {
    const id = identity(item, mergeKey);
    if (!found.has(id)) found.set(id, i);
  });
  return found;
}

/** Brings items into the order of another list; those it does not hold stay where they are, at the front. */
function sortBy(items: readonly unknown[], order: ReadonlyMap<unknown, number>, mergeKey: string): unknown[] {
  const deletions = items.filter(isDeletion);
  const kept = items.filter((item) => !isDeletion(item));
  const unknownOnes = kept.filter((item) => !order.has(identity(item, mergeKey)));
  const known = kept.filter((item) => order.has(identity(item, mergeKey)));
  known.sort((a, b) => (order.get(identity(a, mergeKey)) ?? 0) - (order.get(identity(b, mergeKey)) ?? 0));
  return [...unknownOnes, ...known, ...deletions];
}

/**
 * Puts a merged list into upstream's order: items that the patch names in the patch's order, the others in the server's,
 * and where the server's list tells which of two comes first it decides; else the patch's item does.
 */
export function ordered(
  merged: readonly unknown[],
  patchOrder: readonly unknown[],
  serverOrder: readonly unknown[],
  mergeKey: string,
): unknown[] {
  const inPatch = positions(patchOrder, mergeKey);
  const inServer = positions(serverOrder, mergeKey);
  const fromPatch = sortBy(
    merged.filter((m) => inPatch.has(identity(m, mergeKey))),
    inPatch,
    mergeKey,
  );
  const serverOnly = sortBy(
    merged.filter((m) => !inPatch.has(identity(m, mergeKey))),
    inServer,
    mergeKey,
  );
  const result: unknown[] = [];
  let i = 0;
  let j = 0;
  while (i < serverOnly.length && j < fromPatch.length) {
    const left = inServer.get(identity(serverOnly[i], mergeKey));
    const right = inServer.get(identity(fromPatch[j], mergeKey));
    result.push(left !== undefined && right !== undefined && left < right ? serverOnly[i++] : fromPatch[j++]);
  }
  return [...result, ...serverOnly.slice(i), ...fromPatch.slice(j)];
}

/** Refuses lists of lists and lists of mixed types, as upstream does. True for lists of objects. */
export function holdsObjects(...lists: readonly (readonly unknown[])[]): boolean {
  const kinds = new Set<string>();
  for (const item of lists.flat(1)) {
    if (Array.isArray(item)) throw listOfLists();
    kinds.add(isJsonObject(item) ? 'object' : typeof item);
  }
  if (kinds.size > 1) throw patchFault(`list element types are not identical: ${goFormat(lists)}`);
  return kinds.has('object');
}

/** Splits a patch's list of objects into what deletes or replaces and the items themselves. */
export function readDirectives(
  original: readonly unknown[],
  patch: readonly unknown[],
  mergeKey: string,
): { original: readonly unknown[]; patch: readonly unknown[]; deletes: boolean } {
  const items: JsonObject[] = [];
  let left = original;
  let replace = false;
  for (const item of patch) {
    if (!isJsonObject(item)) throw patchFault(`expected a map, but got ${goFormat(item)}`);
    const directive = item[DIRECTIVE];
    if (directive === undefined) items.push(item);
    else if (directive === 'delete') {
      const id = identity(item, mergeKey);
      left = left.filter((o) => !isJsonObject(o) || o[mergeKey] !== id);
    } else if (directive === 'replace') replace = true;
    else if (directive === 'merge') throw patchFault('merging lists cannot yet be specified in the patch');
    else throw patchFault(`unknown patch type '${goFormat(directive)}' in map: ${goFormat(item)}`);
  }
  if (replace) return { original: items, patch: [], deletes: false };
  return { original: left, patch: items, deletes: left.length < original.length };
}
