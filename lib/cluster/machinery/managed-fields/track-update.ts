import { isJsonObject, type JsonObject, type ManagedFieldsEntry, type ObjectMeta } from '../object.ts';
import type { TypeInfo } from '../type-info.ts';
import { compareTyped, type Comparison } from './compare.ts';
import { difference, recursiveDifference, union, type FieldSet } from './field-set.ts';
import {
  capUpdaters,
  readManagers,
  sameManager,
  withFields,
  writeManagers,
  type Identity,
  type Manager,
} from './managers.ts';
import { STRIPPED } from './stripped-fields.ts';

export interface TrackedWrite {
  type: TypeInfo;
  /** The stored object; for a creation, the type's zero value (schema's `zeroValue`). */
  live: JsonObject;
  /** Whether `live` is such a stand-in. */
  creating: boolean;
  /** The object about to be stored, defaults applied; with the managedFields that the client sent. */
  draft: JsonObject;
  /** The field manager; '' is told as `unknown`. */
  manager: string;
  apiVersion: string;
  /** '' for the resource itself. */
  subresource: string;
  /** Now, as a stored time. */
  now: string;
  /** What this endpoint does not write: `{'f:status': {}}`. */
  ignored?: FieldSet;
}

const metaOf = (object: JsonObject) => object['metadata'] as ObjectMeta | undefined;

/** The object as it is compared: without managedFields. */
export function unmanaged(object: JsonObject): JsonObject {
  const meta = object['metadata'];
  if (!isJsonObject(meta) || !('managedFields' in meta)) return object;
  const { managedFields: _, ...rest } = meta;
  return { ...object, metadata: rest };
}

const isReset = (entries: readonly ManagedFieldsEntry[] | undefined) =>
  entries !== undefined &&
  (entries.length === 0 || (entries.length === 1 && Object.keys(entries[0] ?? {}).length === 0));

function knownManagers({ live, draft, subresource }: TrackedWrite): Manager[] {
  const sent = metaOf(draft)?.managedFields;
  if (subresource === '') {
    if (isReset(sent)) return [];
    const managers = readManagers(sent);
    if (managers?.length) return managers;
  }
  return readManagers(metaOf(live)?.managedFields) ?? [];
}

/** Takes from all others what somebody has just set or removed. Managers that use another version are left alone. */
export function yieldFields(
  managers: readonly Manager[],
  self: Identity | undefined,
  apiVersion: string,
  changed: Comparison,
): Manager[] {
  const taken = union(changed.modified, changed.added);
  return managers.flatMap((m) => {
    if ((self && sameManager(m, self)) || m.apiVersion !== apiVersion) return [m];
    const left = withFields(m, difference(difference(m.fields, taken), changed.removed));
    return left ? [left] : [];
  });
}

/** A comparison without what an endpoint does not write. */
export const without = (changed: Comparison, ignored: FieldSet | undefined): Comparison =>
  ignored
    ? {
        added: recursiveDifference(changed.added, ignored),
        modified: recursiveDifference(changed.modified, ignored),
        removed: recursiveDifference(changed.removed, ignored),
      }
    : changed;

/**
 * metadata.managedFields after an ordinary write (create, update or a patch that is no apply): the writer manages what it
 * changed, all others no longer do. Pure. Undefined when the object has none (it was once cleared).
 */
export function trackUpdate(write: TrackedWrite): ManagedFieldsEntry[] | undefined {
  const managers = knownManagers(write);
  if (managers.length === 0 && !write.creating) return undefined;
  const changed = without(compareTyped(write.type, unmanaged(write.live), unmanaged(write.draft)), write.ignored);
  if (!changed.added && !changed.modified && !changed.removed) return writeManagers(managers);
  const self: Identity = {
    manager: write.manager || 'unknown',
    operation: 'Update',
    apiVersion: write.apiVersion,
    subresource: write.subresource,
  };
  const others = yieldFields(managers, undefined, write.apiVersion, changed);
  const own = difference(union(changed.modified, changed.added), STRIPPED);
  if (!own) return writeManagers(others);
  const known = others.find((m) => sameManager(m, self));
  const fields = union(own, known?.fields) ?? own;
  const updated: Manager = { ...self, time: write.now, fields, entry: undefined };
  const result = writeManagers(capUpdaters([...others.filter((m) => m !== known), updated]));
  return result.length ? result : undefined;
}
