import { deepEqual } from '../../kit/deep.ts';
import type { FieldError } from '../machinery/field-error.ts';
import { forbidden, invalid, required, tooLong } from '../machinery/field-error.ts';
import { FieldPath } from '../machinery/field-path.ts';
import { nameIsDnsLabel } from '../machinery/names-of-objects.ts';
import { labelValue, qualifiedName } from '../machinery/names.ts';
import type { ObjectMeta, OwnerReference } from '../machinery/object.ts';
import { parseApiVersion } from '../machinery/resource.ts';

const METADATA = FieldPath.of('metadata');
const ANNOTATIONS_LIMIT = 256 * 1024;
const STANDARD_FINALIZERS = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);
const IMMUTABLE = 'field is immutable';

const complaintsAt = (path: FieldPath, value: string, complaints: readonly string[]) =>
  complaints.map((c) => invalid(path, value, c));

function validateLabels(labels: Readonly<Record<string, string>>): FieldError[] {
  const at = METADATA.child('labels');
  return Object.entries(labels).flatMap(([key, value]) => [
    ...complaintsAt(at, key, qualifiedName(key)),
    ...complaintsAt(at, value, labelValue(value)),
  ]);
}

function validateAnnotations(annotations: Readonly<Record<string, string>>): FieldError[] {
  const at = METADATA.child('annotations');
  const entries = Object.entries(annotations);
  const size = entries.reduce((sum, [k, v]) => sum + Buffer.byteLength(k) + Buffer.byteLength(v), 0);
  return [
    ...entries.flatMap(([key]) => complaintsAt(at, key, qualifiedName(key.toLowerCase()))),
    ...(size > ANNOTATIONS_LIMIT ? [tooLong(at, ANNOTATIONS_LIMIT)] : []),
  ];
}

function validateOwner(owner: OwnerReference, at: FieldPath): FieldError[] {
  const { group, version } = parseApiVersion(owner.apiVersion ?? '');
  const empty = (['kind', 'name', 'uid'] as const).filter((f) => !owner[f]);
  const banned = group === '' && version === 'v1' && owner.kind === 'Event';
  return [
    ...(version ? [] : [invalid(at.child('apiVersion'), owner.apiVersion ?? '', 'version must not be empty')]),
    ...empty.map((f) => invalid(at.child(f), '', 'must not be empty')),
    ...(banned ? [invalid(at, owner, '/v1, Kind=Event is disallowed from being an owner')] : []),
  ];
}

function validateOwners(owners: readonly OwnerReference[]): FieldError[] {
  const at = METADATA.child('ownerReferences');
  const errors: FieldError[] = [];
  let first = '';
  for (const owner of owners) {
    errors.push(...validateOwner(owner, at));
    if (!owner.controller) continue;
    const name = `${owner.kind}/${owner.name}`;
    if (first) {
      const why = `Only one reference can have Controller set to true. Found "true" in references for ${first} and ${name}`;
      errors.push(invalid(at, owners, why));
    } else first = name;
  }
  return errors;
}

function validateFinalizers(finalizers: readonly string[]): FieldError[] {
  const at = METADATA.child('finalizers');
  const errors = finalizers.flatMap((f) => complaintsAt(at, f, qualifiedName(f)));
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.push(invalid(at, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'));
  }
  return errors;
}

function validateManagers(meta: ObjectMeta): FieldError[] {
  const at = METADATA.child('managedFields');
  return (meta.managedFields ?? []).flatMap((entry, i) => {
    const errors: FieldError[] = [];
    if (entry.operation !== 'Apply' && entry.operation !== 'Update') {
      errors.push(invalid(at.index(i).child('operation'), entry.operation ?? '', 'must be `Apply` or `Update`'));
    }
    if (entry.fieldsType && entry.fieldsType !== 'FieldsV1') {
      errors.push(invalid(at.index(i).child('fieldsType'), entry.fieldsType, 'must be `FieldsV1`'));
    }
    return errors;
  });
}

function validateShared(meta: ObjectMeta): FieldError[] {
  return [
    ...validateLabels(meta.labels ?? {}),
    ...validateAnnotations(meta.annotations ?? {}),
    ...validateOwners(meta.ownerReferences ?? []),
  ];
}

/** How a kind is named, for the checks that differ. */
export interface MetadataRules {
  namespaced: boolean;
  /** Custom resources may have unqualified finalizers. */
  custom: boolean;
  validateName(name: string, prefix: boolean): string[];
}

/** Checks the metadata of a new object, after its name was generated (ValidateObjectMeta). */
export function validateMetadata(meta: ObjectMeta, rules: MetadataRules): FieldError[] {
  const errors: FieldError[] = [];
  if (meta.generateName) {
    errors.push(
      ...complaintsAt(METADATA.child('generateName'), meta.generateName, rules.validateName(meta.generateName, true)),
    );
  }
  if (meta.name) errors.push(...complaintsAt(METADATA.child('name'), meta.name, rules.validateName(meta.name, false)));
  else errors.push(required(METADATA.child('name'), 'name or generateName is required'));

  const namespace = METADATA.child('namespace');
  if (!rules.namespaced && meta.namespace) errors.push(forbidden(namespace, 'not allowed on this type'));
  if (rules.namespaced && !meta.namespace) errors.push(required(namespace));
  if (rules.namespaced && meta.namespace) {
    errors.push(...complaintsAt(namespace, meta.namespace, nameIsDnsLabel(meta.namespace, false)));
  }

  if ((meta.generation ?? 0) < 0) {
    errors.push(invalid(METADATA.child('generation'), meta.generation, 'must be greater than or equal to 0'));
  }
  errors.push(...validateShared(meta), ...validateFinalizers(meta.finalizers ?? []), ...validateManagers(meta));
  if (!rules.custom) {
    for (const [i, f] of (meta.finalizers ?? []).entries()) {
      if (f.includes('/') || STANDARD_FINALIZERS.has(f)) continue;
      const why = 'name is neither a standard finalizer name nor is it fully qualified';
      errors.push(invalid(METADATA.child('finalizers').index(i), f, why));
    }
  }
  return errors;
}

const goStrings = (list: readonly string[]) => `[]string{${list.map((s) => JSON.stringify(s)).join(', ')}}`;

/** Checks the metadata of a changed object against the stored one (ValidateObjectMetaUpdate). */
export function validateMetadataUpdate(meta: ObjectMeta, old: ObjectMeta): FieldError[] {
  const errors: FieldError[] = [];
  if (old.deletionTimestamp) {
    const known = new Set(old.finalizers);
    const added = [...new Set(meta.finalizers)].filter((f) => !known.has(f)).sort();
    if (added.length) {
      const why = `no new finalizers can be added if the object is being deleted, found new finalizers ${goStrings(added)}`;
      errors.push(forbidden(METADATA.child('finalizers'), why));
    }
  }
  if (!meta.resourceVersion) {
    errors.push(
      invalid(METADATA.child('resourceVersion'), meta.resourceVersion ?? '', 'must be specified for an update'),
    );
  }
  if ((meta.generation ?? 0) < (old.generation ?? 0)) {
    errors.push(invalid(METADATA.child('generation'), meta.generation, 'must not be decremented'));
  }
  const fixed = [
    'name',
    'namespace',
    'uid',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
  ] as const;
  for (const f of fixed) {
    if (!deepEqual(meta[f], old[f])) errors.push(invalid(METADATA.child(f), meta[f], IMMUTABLE));
  }
  return [...errors, ...validateShared(meta), ...validateManagers(meta)];
}
