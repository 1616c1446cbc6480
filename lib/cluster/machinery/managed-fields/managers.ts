import { deepEqual } from '../../../kit/deep.ts';
import type { ManagedFieldsEntry } from '../object.ts';
import { inOrder, readFieldSet, union, type FieldSet } from './field-set.ts';

/** Who manages which fields: an entry of metadata.managedFields, read. */
export interface Manager {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  subresource: string;
  time: string | undefined;
  fields: FieldSet;
  /** The entry that this was read from, as long as nothing about it changes. */
  entry: ManagedFieldsEntry | undefined;
}

/** An applier is one manager whatever version it applies; an updater is one for each version. */
export const sameManager = (a: Identity, b: Identity): boolean =>
  a.manager === b.manager &&
  a.operation === b.operation &&
  a.subresource === b.subresource &&
  (a.operation === 'Apply' || a.apiVersion === b.apiVersion);

export type Identity = Pick<Manager, 'manager' | 'operation' | 'apiVersion' | 'subresource'>;

/** Reads metadata.managedFields; undefined when an entry is not well formed (upstream then forgets them all). */
export function readManagers(entries: readonly ManagedFieldsEntry[] | undefined): Manager[] | undefined {
  const managers: Manager[] = [];
  for (const entry of entries ?? []) {
    const { operation, apiVersion, fieldsType } = entry;
    if ((operation !== 'Apply' && operation !== 'Update') || !apiVersion || fieldsType !== 'FieldsV1') return undefined;
    const fields = readFieldSet(entry.fieldsV1 ?? {});
    if (!fields) return undefined;
    const { manager = '', subresource = '', time } = entry;
    managers.push({ manager, operation, apiVersion, subresource, time, fields, entry });
  }
  return managers;
}

const seconds = (time: string | undefined) => (time ? Date.parse(time) : 0);
const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function byUpstreamOrder(a: Manager, b: Manager): number {
  return (
    byText(a.operation, b.operation) ||
    seconds(a.time) - seconds(b.time) ||
    byText(a.manager, b.manager) ||
    byText(a.apiVersion, b.apiVersion) ||
    byText(a.subresource, b.subresource)
  );
}

/** Writes managers back in upstream's order. */
export function writeManagers(managers: readonly Manager[]): ManagedFieldsEntry[] {
  return [...managers].sort(byUpstreamOrder).map((m): ManagedFieldsEntry => {
    if (m.entry) return m.entry;
    return {
      manager: m.manager,
      operation: m.operation,
      apiVersion: m.apiVersion,
      ...(m.time ? { time: m.time } : {}),
      fieldsType: 'FieldsV1',
      fieldsV1: inOrder(m.fields),
      ...(m.subresource ? { subresource: m.subresource } : {}),
    };
  });
}

/** Whether the same managers manage the same fields, whenever they wrote them. */
export function sameButTimes(a: readonly ManagedFieldsEntry[] = [], b: readonly ManagedFieldsEntry[] = []): boolean {
  if (a.length !== b.length) return false;
  return a.every((entry, i) => entry === b[i] || deepEqual({ ...entry, time: b[i]?.time }, b[i]));
}

/** A manager with other fields; undefined when none are left. */
export function withFields(manager: Manager, fields: FieldSet | undefined): Manager | undefined {
  if (!fields) return undefined;
  return fields === manager.fields ? manager : { ...manager, fields, entry: undefined };
}

const MAX_UPDATERS = 10;
const ANCIENT = 'ancient-changes';

/** Folds the oldest updaters of each version into one when there are more than ten. */
export function capUpdaters(managers: readonly Manager[]): readonly Manager[] {
  const updaters = managers.filter((m) => m.operation === 'Update').sort(byUpstreamOrder);
  let left = updaters.length;
  if (left <= MAX_UPDATERS) return managers;
  const result = new Set(managers);
  const buckets = new Map<string, Manager>();
  for (const updater of updaters) {
    if (left <= MAX_UPDATERS) break;
    const bucket =
      buckets.get(updater.apiVersion) ??
      updaters.find((m) => m.manager === ANCIENT && m.apiVersion === updater.apiVersion);
    if (!bucket) {
      buckets.set(updater.apiVersion, updater);
      continue;
    }
    if (bucket === updater) continue;
    const fields = union(bucket.fields, updater.fields) ?? {};
    const folded: Manager = {
      ...bucket,
      manager: ANCIENT,
      subresource: '',
      time: updater.time,
      fields,
      entry: undefined,
    };
    result.delete(bucket);
    result.delete(updater);
    result.add(folded);
    buckets.set(updater.apiVersion, folded);
    left--;
  }
  return [...result];
}
