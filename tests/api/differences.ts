import { isJsonObject, type JsonObject } from '../../lib/cluster/machinery/object.ts';
import type { FieldInfo, TypeInfo } from '../../lib/cluster/machinery/type-info.ts';
import { deepEqual } from '../../lib/kit/deep.ts';

const membersOf = (a: JsonObject, b: JsonObject) => [...new Set([...Object.keys(a), ...Object.keys(b)])];

const pointer = (at: string, key: string | number) =>
  `${at}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** The JSON patch (RFC 6902) that makes `b` of `a`. */
export function jsonDifference(a: unknown, b: unknown, at = ''): JsonObject[] {
  if (deepEqual(a, b)) return [];
  if (isJsonObject(a) && isJsonObject(b)) {
    return membersOf(a, b).flatMap((key): JsonObject[] => {
      const path = pointer(at, key);
      if (b[key] === undefined) return [{ op: 'remove', path }];
      return a[key] === undefined ? [{ op: 'add', path, value: b[key] }] : jsonDifference(a[key], b[key], path);
    });
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    const both = Math.min(a.length, b.length);
    const changed = a.slice(0, both).flatMap((item, i) => jsonDifference(item, b[i], pointer(at, i)));
    const removed = a.slice(both).map(() => ({ op: 'remove', path: pointer(at, both) }));
    const added = b.slice(both).map((value: unknown) => ({ op: 'add', path: pointer(at, '-'), value }));
    return [...changed, ...removed, ...added];
  }
  return [
    { op: 'test', path: at, value: a },
    { op: 'replace', path: at, value: b },
  ];
}

/** The merge patch (RFC 7386) that makes `b` of `a`; neither holds null. */
export function mergeDifference(a: JsonObject, b: JsonObject): JsonObject {
  const patch: JsonObject = {};
  for (const key of membersOf(a, b)) {
    const [old, now] = [a[key], b[key]];
    if (deepEqual(old, now)) continue;
    patch[key] = now === undefined ? null : isJsonObject(old) && isJsonObject(now) ? mergeDifference(old, now) : now;
  }
  return patch;
}

const identityOf = (item: unknown, key: string) => (key && isJsonObject(item) ? item[key] : item);

/** Whether some list that is merged holds two items that nothing tells apart: no strategic patch can be made of that. */
export function isAmbiguous(type: TypeInfo | undefined, value: unknown, field?: FieldInfo): boolean {
  if (Array.isArray(value)) {
    if (field?.patchStrategy.includes('merge')) {
      const ids = value.map((item) => identityOf(item, field.patchMergeKey ?? ''));
      if (new Set(ids).size < ids.length || ids.includes(undefined)) return true;
    }
    return value.some((item) => isAmbiguous(type?.element, item));
  }
  if (!isJsonObject(value)) return false;
  return Object.keys(value).some((key) => {
    const member = type?.fields.get(key);
    return isAmbiguous(member?.type ?? type?.element, value[key], member);
  });
}

/** The strategic merge patch that makes `b` of `a`, as kubectl makes them. */
export function strategicDifference(type: TypeInfo | undefined, a: JsonObject, b: JsonObject): JsonObject {
  const patch: JsonObject = {};
  for (const key of membersOf(a, b)) {
    const [old, now] = [a[key], b[key]];
    if (deepEqual(old, now)) continue;
    const field = type?.fields.get(key);
    const strategy = field?.patchStrategy ?? [];
    const inner = field?.type ?? (type?.kind === 'map' ? type.element : undefined);
    if (now === undefined) patch[key] = null;
    else if (isJsonObject(old) && isJsonObject(now)) {
      const change = strategy.includes('replace') ? now : strategicDifference(inner, old, now);
      patch[key] = strategy.includes('retainKeys') ? { ...change, $retainKeys: Object.keys(now) } : change;
    } else if (Array.isArray(old) && Array.isArray(now) && strategy.includes('merge')) {
      listDifference(patch, key, field?.patchMergeKey ?? '', inner?.element, old, now);
    } else patch[key] = now;
  }
  return patch;
}

function listDifference(
  patch: JsonObject,
  key: string,
  mergeKey: string,
  element: TypeInfo | undefined,
  old: readonly unknown[],
  now: readonly unknown[],
): void {
  const ids = (items: readonly unknown[]) => items.map((item) => identityOf(item, mergeKey));
  const [olds, news] = [ids(old), ids(now)];
  const gone = olds.filter((id) => !news.includes(id));
  if (!mergeKey) {
    patch[`$setElementOrder/${key}`] = now;
    if (gone.length) patch[`$deleteFromPrimitiveList/${key}`] = gone;
    const added = news.filter((id) => !olds.includes(id));
    if (added.length) patch[key] = added;
    return;
  }
  patch[`$setElementOrder/${key}`] = news.map((id) => ({ [mergeKey]: id }));
  const changes = now.flatMap((item, i) => {
    const before = old[olds.indexOf(news[i])];
    if (deepEqual(before, item)) return [];
    if (!isJsonObject(before) || !isJsonObject(item)) return [item];
    return [{ ...strategicDifference(element, before, item), [mergeKey]: news[i] }];
  });
  const deletions = gone.map((id) => ({ $patch: 'delete', [mergeKey]: id }));
  if (changes.length || deletions.length) patch[key] = [...changes, ...deletions];
}
