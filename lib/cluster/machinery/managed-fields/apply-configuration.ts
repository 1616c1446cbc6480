import { deepClone, deepEqual } from '../../../kit/deep.ts';
import { isJsonObject, type JsonObject, type ManagedFieldsEntry, type ObjectMeta } from '../object.ts';
import { badRequest, StatusError } from '../status-error.ts';
import type { TypeInfo } from '../type-info.ts';
import { compareTyped } from './compare.ts';
import { difference, intersection, printPaths, recursiveDifference, union, type FieldSet } from './field-set.ts';
import { readManagers, sameManager, writeManagers, type Identity, type Manager } from './managers.ts';
import { STRIPPED } from './stripped-fields.ts';
import { unmanaged, without, yieldFields } from './track-update.ts';
import { mergeTyped } from './typed-merge.ts';
import { fieldSetOfValue, removeFields, withNamedFields } from './typed-sets.ts';
import { typedFaults } from './typed-validate.ts';

export interface Application {
  type: TypeInfo;
  /** The type's zero value (schema's `zeroValue`). */
  zero: JsonObject;
  /** The stored object; where there is none, the zero value with its name. */
  live: JsonObject;
  creating: boolean;
  /** The configuration, as the client sent it: neither decoded nor defaulted. */
  config: JsonObject;
  manager: string;
  /** Takes fields from other managers instead of refusing. */
  force: boolean;
  apiVersion: string;
  kind: string;
  subresource: string;
  now: string;
  /** What this endpoint does not write: `{'f:status': {}}`. */
  ignored?: FieldSet;
}

export interface Applied {
  /** Live and configuration merged, with its managedFields; to be decoded and defaulted. */
  object: JsonObject;
  /** False when the application changed nothing, not even who manages what. */
  changed: boolean;
}

interface Conflict {
  manager: Manager;
  fields: FieldSet;
}

/** kubectl's manager, for which upstream looks after the annotation of client-side apply. */
const KUBECTL = 'kubectl';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

const printManager = ({ manager, operation, apiVersion, subresource }: Manager) => {
  const name = JSON.stringify(manager) + (subresource ? ` with subresource ${JSON.stringify(subresource)}` : '');
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
};

function conflictError(conflicts: readonly Conflict[]): StatusError {
  const all = conflicts.flatMap(({ manager, fields }) =>
    printPaths(fields).map((path) => ({ who: printManager(manager), path })),
  );
  const [first] = all;
  const groups = conflicts
    .map(({ manager, fields }) => ({ who: printManager(manager), paths: printPaths(fields) }))
    .sort((a, b) => (a.who < b.who ? -1 : 1));
  const list = groups
    .map(({ who, paths }) => [`conflicts with ${who}:`, ...paths.map((p) => `- ${p}`)].join('\n'))
    .join('\n');
  const message =
    all.length === 1 && first
      ? `Apply failed with 1 conflict: conflict with ${first.who}: ${first.path}`
      : `Apply failed with ${all.length} conflicts: ${list}`;
  return new StatusError(409, 'Conflict', message, {
    causes: all.map(({ who, path }) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${who}`,
      field: path,
    })),
  });
}

const metaOf = (object: JsonObject) => object['metadata'] as Partial<ObjectMeta> | undefined;

/** Without a reason. Upstream answers with code 500, as if it were not the client's fault. */
const unfit = (message: string) => new StatusError(400, '', message);

function checkConfiguration({ type, config, apiVersion, kind }: Application): void {
  const given = typeof config['apiVersion'] === 'string' ? config['apiVersion'] : '';
  const givenKind = typeof config['kind'] === 'string' ? config['kind'] : '';
  if (given !== apiVersion || givenKind !== kind) {
    const [version, group] = given.split('/').reverse();
    throw badRequest(`invalid object type: ${group ?? ''}/${version ?? ''}, Kind=${givenKind}`);
  }
  const meta = metaOf(config);
  if (meta?.managedFields !== undefined && meta.managedFields !== null)
    throw badRequest('metadata.managedFields must be nil');
  const faults = typedFaults(type, config);
  if (faults.length === 0) return;
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const who = `${meta?.namespace ?? ''}/${meta?.name ?? ''}; ${group ?? ''}/${version ?? ''}, Kind=${kind}`;
  const text = faults.length === 1 ? faults[0] : `errors:\n${faults.map((f) => `  ${f}`).join('\n')}`;
  throw unfit(`failed to create typed patch object (${who}): ${text}`);
}

/** Removes what this manager applied last time, no longer applies, and nobody else manages. */
function prune(type: TypeInfo, merged: unknown, last: Manager, managers: readonly Manager[]): unknown {
  const named = (set: FieldSet | undefined) => withNamedFields(type, set);
  const lastSet = named(last.fields);
  const mergedSet = named(fieldSetOfValue(type, merged));
  const bare = named(fieldSetOfValue(type, removeFields(type, merged, lastSet)));
  const managed = managers
    .filter((m) => m.apiVersion === last.apiVersion)
    .reduce<FieldSet | undefined>((set, m) => union(set, m.fields), undefined);
  const owned = removeFields(type, merged, difference(mergedSet, union(bare, named(managed))));
  const dangling = intersection(difference(mergedSet, named(fieldSetOfValue(type, owned))), lastSet);
  return removeFields(type, merged, dangling);
}

/** Fields that client-side apply set and that still are as it set them: `kubectl` may take them over. */
function fieldsOfLastApplied({ type, live, apiVersion }: Application): FieldSet | undefined {
  const text = metaOf(live)?.annotations?.[LAST_APPLIED];
  if (!text) return undefined;
  let last: unknown;
  try {
    last = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isJsonObject(last) || last['apiVersion'] !== apiVersion || typedFaults(type, last).length) return undefined;
  const { added, modified, removed } = compareTyped(type, last, unmanaged(live));
  return difference(fieldSetOfValue(type, last), union(union(added, modified), removed));
}

/** The managers before an application; whatever nobody is known to manage gets one. */
function managersBefore({ type, zero, live, creating, apiVersion, now, ignored }: Application): Manager[] {
  const managers = readManagers(metaOf(live)?.managedFields);
  if (!managers) throw unfit('failed to decode managed fields');
  if (managers.length || creating) return managers;
  const { added, modified } = compareTyped(type, zero, unmanaged(live));
  const fields = difference(recursiveDifference(union(added, modified), ignored), STRIPPED);
  if (!fields) return [];
  return [
    {
      manager: 'before-first-apply',
      operation: 'Update',
      apiVersion,
      subresource: '',
      time: now,
      fields,
      entry: undefined,
    },
  ];
}

/**
 * Server-side apply: merges a configuration into the live object, removes what the manager no longer applies, and keeps
 * account in managedFields. Pure. Throws a StatusError: 409 with causes for fields that others manage differently, 400 for a
 * configuration that does not fit the type.
 */
export function applyConfiguration(application: Application): Applied {
  const { type, manager, apiVersion, subresource, now, ignored } = application;
  checkConfiguration(application);
  const before = managersBefore(application);
  const live = unmanaged(application.live);
  const config = unmanaged(application.config);
  const self: Identity = { manager, operation: 'Apply', apiVersion, subresource };
  const last = before.find((m) => sameManager(m, self));
  const fields = difference(recursiveDifference(fieldSetOfValue(type, config), ignored), STRIPPED);
  const own: Manager = { ...self, time: now, fields: fields ?? {}, entry: undefined };
  const others = before.filter((m) => m !== last);

  const merged = mergeTyped(type, live, config);
  const result = last ? prune(type, merged, last, [...others, ...(fields ? [own] : [])]) : merged;
  const object = isJsonObject(result) ? result : {};
  const changed = without(compareTyped(type, live, object), ignored);
  refuseConflicts(application, others, union(changed.modified, changed.added));

  const after = yieldFields(others, self, apiVersion, changed);
  const same =
    !changed.added && !changed.modified && !changed.removed && last !== undefined && deepEqual(last.fields, fields);
  const kept = same && last ? last : fields ? own : undefined;
  const entries = writeManagers(kept ? [...after, kept] : after);
  return { object: finished(application, object, entries), changed: !same || last?.apiVersion !== apiVersion };
}

function refuseConflicts(application: Application, others: readonly Manager[], taken: FieldSet | undefined): void {
  if (application.force) return;
  const conflicts = others.flatMap((manager): Conflict[] => {
    const fields = manager.apiVersion === application.apiVersion ? intersection(manager.fields, taken) : undefined;
    return fields ? [{ manager, fields }] : [];
  });
  if (conflicts.length === 0) return;
  const allowed = application.manager === KUBECTL ? fieldsOfLastApplied(application) : undefined;
  const left = conflicts.flatMap((c) => {
    const fields = difference(c.fields, allowed);
    return fields ? [{ ...c, fields }] : [];
  });
  if (left.length) throw conflictError(left);
}

/** Puts managedFields in, and brings client-side apply's annotation up to date where there is one. */
function finished(application: Application, object: JsonObject, managedFields: ManagedFieldsEntry[]): JsonObject {
  const meta = isJsonObject(object['metadata']) ? object['metadata'] : {};
  const metadata: JsonObject = { ...meta, managedFields };
  const annotations = metadata['annotations'];
  if (application.manager === KUBECTL && isJsonObject(annotations) && annotations[LAST_APPLIED]) {
    metadata['annotations'] = { ...annotations, [LAST_APPLIED]: lastApplied(application.config) };
  }
  return deepClone({ ...object, metadata });
}

function lastApplied(config: JsonObject): string {
  const copy = deepClone(config);
  const annotations = metaOf(copy)?.annotations;
  if (annotations) delete annotations[LAST_APPLIED];
  return `${JSON.stringify(sorted(copy))}\n`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((k) => [k, sorted(value[k])]),
  );
}
