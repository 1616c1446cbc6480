import { deepClone, deepEqual } from '../../../kit/deep.ts';
import { forbidden, invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { canonicalQuantity, quantityNanos, quantityValue } from '../../machinery/quantity.ts';
import { persistentvolumeclaims } from '../../schema/generated/resources.ts';
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from '../../schema/generated/types.ts';
import { defineKind, type Column } from '../define.ts';
import { defaultClaimSpec, validateClaimSpec } from '../shared/claim-spec.ts';
import { age, column, name } from '../shared/columns.ts';
import { entriesOf, IMMUTABLE, immutable } from '../shared/field-rules.ts';
import { internalDiff } from '../shared/internal-form.ts';
import { fractional } from '../shared/pod-spec/warnings.ts';
import { accessModes, storageAnnotationWarnings, storageClassOf } from './volume-columns.ts';

const SPEC = FieldPath.of('spec');
const CLASS = 'volume.beta.kubernetes.io/storage-class';
const RESIZE_STATES = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
];

/** dataSource and dataSourceRef mean the same within one namespace: either fills the other. */
function syncDataSources(spec: PersistentVolumeClaimSpec): void {
  const { dataSource, dataSourceRef } = spec;
  if (dataSource && !dataSourceRef) spec.dataSourceRef = { ...dataSource };
  else if (dataSourceRef && !dataSource && !dataSourceRef.namespace) {
    const { apiGroup, kind, name: ref } = dataSourceRef;
    spec.dataSource = { ...(apiGroup === undefined ? {} : { apiGroup }), kind, name: ref };
  }
}

/** The new and old spec without the changes that are allowed. */
function comparable(
  claim: PersistentVolumeClaim,
  old: PersistentVolumeClaim,
): { now: object; before: object; errors: FieldError[] } {
  const errors: FieldError[] = [];
  const now = deepClone(claim.spec ?? {});
  const before = deepClone(old.spec ?? {});
  if (!before.volumeName) before.volumeName = now.volumeName;
  const [annotation, oldAnnotation] = [claim.metadata.annotations?.[CLASS], old.metadata.annotations?.[CLASS]];
  const fromAnnotation =
    oldAnnotation !== undefined && before.storageClassName === undefined && now.storageClassName === oldAnnotation;
  if (fromAnnotation && (annotation === undefined || annotation === oldAnnotation)) delete now.storageClassName;
  else {
    if ((annotation ?? '') !== (oldAnnotation ?? '')) {
      errors.push(invalid(FieldPath.of('metadata', 'annotations', CLASS), annotation ?? '', IMMUTABLE));
    }
    const fits = oldAnnotation === undefined || now.storageClassName === oldAnnotation;
    if (before.storageClassName === undefined && now.storageClassName !== undefined && fits)
      delete now.storageClassName;
  }
  if (claim.status?.phase === 'Bound') {
    if (now.resources?.requests) {
      const size = before.resources?.requests?.storage;
      if (size !== undefined) now.resources.requests.storage = size;
    }
    if (now.volumeAttributesClassName !== undefined) now.volumeAttributesClassName = before.volumeAttributesClassName;
  }
  return { now, before, errors };
}

function attributesClassUpdate(now: string | undefined, before: string | undefined): FieldError[] {
  const at = SPEC.child('volumeAttributesClassName');
  if (before === undefined || now === before) return [];
  if (now === undefined) return [forbidden(at, 'update from non-nil value to nil is forbidden')];
  return now === '' ? [forbidden(at, 'update from non-nil value to an empty string is forbidden')] : [];
}

function validateUpdate(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): FieldError[] {
  const { now, before, errors } = comparable(claim, old);
  const all = [...validateClaimSpec(SPEC, claim.spec ?? {}), ...errors];
  if (!deepEqual(now, before)) {
    const why =
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
    all.push(forbidden(SPEC, `${why}\n${internalDiff('PersistentVolumeClaimSpec', before, now)}`));
  }
  const size = (object: PersistentVolumeClaim) => quantityNanos(object.spec?.resources?.requests?.storage);
  if (size(claim) < size(old) && size(claim) <= quantityNanos(old.status?.capacity?.storage)) {
    const at = SPEC.child('resources', 'requests', 'storage');
    all.push(forbidden(at, 'field can not be less than status.capacity'));
  }
  return [
    ...all,
    ...immutable(FieldPath.of('volumeMode'), claim.spec?.volumeMode, old.spec?.volumeMode),
    ...attributesClassUpdate(claim.spec?.volumeAttributesClassName, old.spec?.volumeAttributesClassName),
  ];
}

function validateStatusUpdate({ spec, status }: PersistentVolumeClaim): FieldError[] {
  const at = FieldPath.of('status');
  const errors = spec?.accessModes?.length ? [] : [required(FieldPath.of('Spec', 'accessModes'))];
  for (const [key, quantity] of entriesOf(status?.capacity)) {
    const bytes = quantityValue(quantity);
    if (bytes < 0) errors.push(invalid(at.child('capacity').key(key), bytes, 'must be a valid resource quantity'));
  }
  for (const [key, state] of entriesOf(status?.allocatedResourceStatuses)) {
    if (!RESIZE_STATES.includes(state))
      errors.push(notSupported(at.child('allocatedResourceStatus'), key, RESIZE_STATES));
  }
  return errors;
}

const isBound = ({ spec }: PersistentVolumeClaim): boolean => Boolean(spec?.volumeName);

const columns: readonly Column<PersistentVolumeClaim>[] = [
  name(),
  column('Status', 'string', 'Whether it is bound.', (o) =>
    o.metadata.deletionTimestamp ? 'Terminating' : (o.status?.phase ?? ''),
  ),
  column('Volume', 'string', 'The volume that it has.', (o) => o.spec?.volumeName ?? ''),
  column('Capacity', 'string', 'How much its volume holds.', (o) =>
    isBound(o) ? canonicalQuantity(o.status?.capacity?.storage ?? '0') : '',
  ),
  column('Access Modes', 'string', 'How it can be mounted.', (o) =>
    isBound(o) ? accessModes(o.status?.accessModes) : '',
  ),
  column('StorageClass', 'string', 'Its storage class.', storageClassOf),
  column(
    'VolumeAttributesClass',
    'string',
    'Its class of attributes.',
    (o) => o.spec?.volumeAttributesClassName ?? '<unset>',
  ),
  age(),
  column('VolumeMode', 'string', 'A file system or a raw device.', (o) => o.spec?.volumeMode ?? '<unset>', {
    priority: 1,
  }),
];

export const persistentVolumeClaim = defineKind<PersistentVolumeClaim>({
  resource: persistentvolumeclaims,
  defaults(draft) {
    draft.spec ??= {};
    draft.status ??= {};
    draft.status.phase ||= 'Pending';
    defaultClaimSpec(draft.spec);
  },
  prepareForCreate(draft) {
    draft.status = { phase: 'Pending' };
    if (draft.spec) syncDataSources(draft.spec);
  },
  prepareForUpdate(draft) {
    if (draft.spec) syncDataSources(draft.spec);
  },
  validate: ({ spec }) => validateClaimSpec(SPEC, spec ?? {}),
  validateUpdate,
  validateStatusUpdate,
  warnings: ({ metadata, spec }) => [
    ...storageAnnotationWarnings(metadata.annotations).slice(0, metadata.annotations?.[CLASS] === undefined ? 0 : 1),
    ...fractional(SPEC.child('resources', 'requests').key('storage'), spec?.resources?.requests?.storage),
    ...fractional(SPEC.child('resources', 'limits').key('storage'), spec?.resources?.limits?.storage),
  ],
  answersWithDeleted: true,
  columns,
});
