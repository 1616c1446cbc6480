import { deepEqual } from '../../../kit/deep.ts';
import { forbidden, invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import type {
  PersistentVolumeClaimSpec,
  PersistentVolumeClaimTemplate,
  TypedObjectReference,
} from '../../schema/generated/types.ts';
import {
  labelName,
  positiveQuantity,
  requiredText,
  subdomainName,
  validateAnnotations,
  validateLabels,
  validateLabelSelector,
} from './field-rules.ts';

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const VOLUME_MODES = ['Block', 'Filesystem'];
const ONCE_POD = 'ReadWriteOncePod';

/** Known modes; ReadWriteOncePod only alone. */
export function validateAccessModes(at: FieldPath, modes: readonly string[]): FieldError[] {
  const errors = modes
    .filter((mode) => !ACCESS_MODES.includes(mode))
    .map((mode) => notSupported(at, mode, ACCESS_MODES));
  if (modes.includes(ONCE_POD) && modes.some((mode) => mode !== ONCE_POD && ACCESS_MODES.includes(mode))) {
    errors.push(forbidden(at, 'may not use ReadWriteOncePod with other access modes'));
  }
  return errors;
}

export const validateVolumeMode = (at: FieldPath, mode: string | undefined): FieldError[] =>
  mode === undefined || VOLUME_MODES.includes(mode) ? [] : [notSupported(at, mode, VOLUME_MODES)];

function dataSource(at: FieldPath, source: TypedObjectReference | undefined): FieldError[] {
  if (!source) return [];
  const group = source.apiGroup ?? '';
  const errors = [...requiredText(at.child('name'), source.name), ...requiredText(at.child('kind'), source.kind)];
  if (!group && source.kind !== 'PersistentVolumeClaim') {
    errors.push(
      invalid(at, source.kind ?? '', "must be 'PersistentVolumeClaim' when referencing the default apiGroup"),
    );
  }
  if (group) errors.push(...subdomainName(at.child('apiGroup'), group));
  if (source.namespace) errors.push(...labelName(at.child('namespace'), source.namespace));
  return errors;
}

function dataSources(at: FieldPath, spec: PersistentVolumeClaimSpec): FieldError[] {
  const { dataSource: plain, dataSourceRef: ref } = spec;
  const errors = [...dataSource(at.child('dataSource'), plain), ...dataSource(at.child('dataSourceRef'), ref)];
  const named = { Name: at.child('dataSource').toString() };
  if (plain && ref?.namespace)
    errors.push(invalid(at, named, 'may not be specified when dataSourceRef.namespace is specified'));
  else if (plain && ref) {
    const same =
      (plain.apiGroup ?? null) === (ref.apiGroup ?? null) && plain.kind === ref.kind && plain.name === ref.name;
    if (!same) errors.push(invalid(at, named, 'must match dataSourceRef'));
  }
  return errors;
}

export function validateClaimSpec(at: FieldPath, spec: PersistentVolumeClaimSpec): FieldError[] {
  const modes = spec.accessModes ?? [];
  const size = spec.resources?.requests?.storage;
  const sizeAt = at.child('resources').key('storage');
  const { storageClassName: className, volumeAttributesClassName: attributes } = spec;
  return [
    ...(modes.length ? [] : [required(at.child('accessModes'), 'at least 1 access mode is required')]),
    ...validateLabelSelector(at.child('selector'), spec.selector),
    ...validateAccessModes(at.child('accessModes'), modes),
    ...(size === undefined ? [required(sizeAt)] : positiveQuantity(sizeAt, size)),
    ...(className ? subdomainName(at.child('storageClassName'), className) : []),
    ...validateVolumeMode(at.child('volumeMode'), spec.volumeMode),
    ...dataSources(at, spec),
    ...(attributes ? subdomainName(at.child('volumeAttributesClassName'), attributes) : []),
  ];
}

/** The template of a claim, in a pod's ephemeral volume: only labels and annotations in its metadata. */
export function validateClaimTemplate(at: FieldPath, template: PersistentVolumeClaimTemplate): FieldError[] {
  const { labels, annotations, ...others } = template.metadata ?? {};
  const metaAt = at.child('metadata');
  const set = Object.entries(others).filter(
    ([, value]) => value !== undefined && value !== '' && !deepEqual(value, []),
  );
  return [
    ...validateAnnotations(metaAt.child('annotations'), annotations),
    ...validateLabels(metaAt.child('labels'), labels),
    ...set.map(([key]) => forbidden(metaAt.child(key), 'cannot be set')),
    ...validateClaimSpec(at.child('spec'), template.spec ?? {}),
  ];
}

/** Upstream's defaults of a claim's spec, also inside templates. */
export function defaultClaimSpec(spec: PersistentVolumeClaimSpec): void {
  spec.volumeMode ??= 'Filesystem';
}
