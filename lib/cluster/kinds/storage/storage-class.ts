import { duplicate, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { storageclasses } from '../../schema/generated/resources.ts';
import type { StorageClass, TopologySelectorTerm } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { age, column, name } from '../shared/columns.ts';
import { immutable, qualified } from '../shared/field-rules.ts';
import { validateDriverParameters, validateProvisioner } from './provisioner.ts';

const RECLAIM_POLICIES = ['Delete', 'Retain'];
const BINDING_MODES = ['Immediate', 'WaitForFirstConsumer'];
const DEFAULT_ANNOTATIONS = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];

function validateTopologyTerm(term: TopologySelectorTerm, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const keys = new Set<string>();
  for (const [i, { key, values }] of (term.matchLabelExpressions ?? []).entries()) {
    const here = at.child('matchLabelExpressions').index(i);
    if (!values?.length) errors.push(required(here.child('values')));
    for (const [j, value] of (values ?? []).entries()) {
      if (values.indexOf(value) < j) errors.push(duplicate(here.child('values').index(j), value));
    }
    errors.push(...qualified(here.child('key'), key));
    if (keys.has(key)) errors.push(duplicate(here.child('key'), key));
    keys.add(key);
  }
  return errors;
}

/** A term as a set of keys and values: two terms that say the same must not stand side by side. */
const termKey = (term: TopologySelectorTerm) =>
  JSON.stringify((term.matchLabelExpressions ?? []).map(({ key, values }) => [key, [...(values ?? [])].sort()]).sort());

function validateTopologies(terms: readonly TopologySelectorTerm[]): FieldError[] {
  const seen = new Set<string>();
  return terms.flatMap((term, i) => {
    const at = FieldPath.of('allowedTopologies').index(i);
    const errors = validateTopologyTerm(term, at);
    if (seen.has(termKey(term))) errors.push(duplicate(at.child('matchLabelExpressions'), ''));
    seen.add(termKey(term));
    return errors;
  });
}

function oneOf(at: FieldPath, value: string | undefined, supported: readonly string[]): FieldError[] {
  return value === undefined || supported.includes(value) ? [] : [notSupported(at, value, supported)];
}

function validate(object: StorageClass): FieldError[] {
  return [
    ...validateProvisioner(object.provisioner, FieldPath.of('provisioner')),
    ...validateDriverParameters(object.parameters, FieldPath.of('parameters'), { mayBeEmpty: true }),
    ...oneOf(FieldPath.of('reclaimPolicy'), object.reclaimPolicy, RECLAIM_POLICIES),
    ...oneOf(FieldPath.of('volumeBindingMode'), object.volumeBindingMode, BINDING_MODES),
    ...validateTopologies(object.allowedTopologies ?? []),
  ];
}

const isDefault = ({ metadata }: StorageClass) =>
  DEFAULT_ANNOTATIONS.some((key) => metadata.annotations?.[key] === 'true');

export const storageClass = defineKind<StorageClass>({
  resource: storageclasses,
  defaults(draft) {
    draft.provisioner ??= '';
    draft.reclaimPolicy ||= 'Delete';
    draft.volumeBindingMode ??= 'Immediate';
  },
  validate,
  validateUpdate: (object, old) => [
    ...immutable(FieldPath.of('parameters'), object.parameters, old.parameters),
    ...immutable(FieldPath.of('provisioner'), object.provisioner, old.provisioner),
    ...immutable(FieldPath.of('reclaimPolicy'), object.reclaimPolicy, old.reclaimPolicy),
    ...immutable(FieldPath.of('volumeBindingMode'), object.volumeBindingMode, old.volumeBindingMode),
  ],
  columns: [
    { ...name<StorageClass>(), cell: (o) => (isDefault(o) ? `${o.metadata.name} (default)` : o.metadata.name) },
    column('Provisioner', 'string', 'Who makes the volumes of this class.', (o) => o.provisioner),
    column(
      'ReclaimPolicy',
      'string',
      'What happens to a volume when its claim goes.',
      (o) => o.reclaimPolicy ?? 'Delete',
    ),
    column('VolumeBindingMode', 'string', 'When claims are bound.', (o) => o.volumeBindingMode ?? '<unset>'),
    column('AllowVolumeExpansion', 'boolean', 'Whether claims may grow.', (o) => o.allowVolumeExpansion ?? false),
    age(),
  ],
});
