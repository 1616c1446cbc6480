import { duplicate, invalid, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { resourceslices } from '../../schema/generated/resources.ts';
import type { ResourceSlice } from '../../schema/generated/types.ts';
import { age, column, name } from '../shared/columns.ts';
import { defineKind } from '../define.ts';
import { NOT_NEGATIVE, POSITIVE, immutable, labelName, requiredThen, subdomainName } from '../shared/field-rules.ts';

const SPEC = FieldPath.of('spec');
const POOL = SPEC.child('pool');
const WHERE = ['nodeName', 'nodeSelector', 'allNodes', 'perDeviceNodeSelection'] as const;

function validateWhere({ spec }: ResourceSlice): FieldError[] {
  const set = WHERE.filter((key) => spec[key]);
  if (set.length === 1) return [];
  const one = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
  if (set.length === 0) return [required(SPEC, one)];
  return [invalid(SPEC, `{${set.map((key) => `\`${key}\``).join(', ')}}`, one)];
}

function validate(object: ResourceSlice): FieldError[] {
  const { nodeName, driver, pool, devices = [] } = object.spec;
  const list = SPEC.child('devices');
  return [
    ...(nodeName ? subdomainName(SPEC.child('nodeName'), nodeName) : []),
    ...requiredThen(SPEC.child('driver'), driver, subdomainName),
    ...requiredThen(POOL.child('name'), pool.name, (at, value) =>
      value.split('/').flatMap((part) => subdomainName(at, part)),
    ),
    ...(pool.resourceSliceCount > 0
      ? []
      : [invalid(POOL.child('resourceSliceCount'), pool.resourceSliceCount ?? 0, POSITIVE)]),
    ...(pool.generation < 0 ? [invalid(POOL.child('generation'), pool.generation, NOT_NEGATIVE)] : []),
    ...validateWhere(object),
    ...devices.flatMap((device, i) => [
      ...requiredThen(list.index(i).child('name'), device.name, labelName),
      ...(devices.findIndex((other) => other.name === device.name) < i
        ? [duplicate(list.index(i).child('name'), device.name)]
        : []),
    ]),
  ];
}

export const resourceSlice = defineKind<ResourceSlice>({
  resource: resourceslices,
  generation: true,
  selectableFields: {
    'spec.nodeName': ({ spec }) => spec.nodeName ?? '',
    'spec.driver': ({ spec }) => spec.driver,
  },
  defaults({ spec }) {
    spec.pool ??= { generation: 0, name: '', resourceSliceCount: 0 };
    for (const device of spec.devices ?? []) for (const taint of device.taints ?? []) taint.effect ??= '';
  },
  validate,
  validateUpdate: (object, old) => [
    ...validate(object),
    ...immutable(SPEC.child('nodeName'), object.spec.nodeName, old.spec.nodeName),
    ...immutable(SPEC.child('driver'), object.spec.driver, old.spec.driver),
    ...immutable(POOL.child('name'), object.spec.pool.name, old.spec.pool.name),
  ],
  columns: [
    name(),
    column('Node', 'string', 'The node whose devices these are, where it is one.', ({ spec }) => spec.nodeName ?? ''),
    column('Driver', 'string', 'The driver that offers the devices.', ({ spec }) => spec.driver),
    column('Pool', 'string', 'The pool that the devices belong to.', ({ spec }) => spec.pool.name),
    age(),
  ],
});
