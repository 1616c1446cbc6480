import { invalid, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { resourceslices } from '../../schema/generated/resources.ts';
import type { ResourcePool, ResourceSlice } from '../../schema/generated/types.ts';
import { age, column, name } from '../shared/columns.ts';
import { defineKind } from '../define.ts';
import { validateCsiDriverName } from '../shared/csi-driver-name.ts';
import { POSITIVE, immutable, subdomainName } from '../shared/field-rules.ts';
import { internalForm } from '../shared/internal-form.ts';
import { validateNodeSelector } from '../shared/pod-spec/affinity.ts';
import { validateSet } from './device-lists.ts';
import { validatePoolName } from './device-names.ts';
import { validateCounterSet, validateDevice } from './devices.ts';

const SPEC = FieldPath.of('spec');
const POOL = SPEC.child('pool');
const MAX_DEVICES = 128;
const MAX_ADVANCED_DEVICES = 64;
const MAX_COUNTER_SETS = 8;
const WHERE = ['nodeName', 'nodeSelector', 'allNodes', 'perDeviceNodeSelection'] as const;

/** Exactly one says on which nodes the devices are. */
function validateWhere({ spec }: ResourceSlice): FieldError[] {
  const { nodeName, nodeSelector } = spec;
  const errors: FieldError[] = [];
  if (nodeName) errors.push(...subdomainName(SPEC.child('nodeName'), nodeName));
  if (nodeName === '')
    errors.push(invalid(SPEC.child('nodeName'), '', 'must be either unset or set to a non-empty string'));
  if (nodeSelector) {
    const at = SPEC.child('nodeSelector');
    errors.push(...validateNodeSelector(at, nodeSelector));
    const terms = nodeSelector.nodeSelectorTerms as typeof nodeSelector.nodeSelectorTerms | null;
    if (terms?.length !== 1) {
      const shown = terms?.map((term) => internalForm('NodeSelectorTerm', term));
      errors.push(invalid(at.child('nodeSelectorTerms'), shown, 'must have exactly one node selector term'));
    }
  }
  for (const flag of ['allNodes', 'perDeviceNodeSelection'] as const) {
    if (spec[flag] === false) errors.push(invalid(SPEC.child(flag), false, 'must be either unset or set to true'));
  }
  const set = WHERE.filter((key) => spec[key]);
  const one = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
  if (set.length === 0) errors.push(required(SPEC, one));
  if (set.length > 1) {
    const shown = `{${set.map((key) => `\`${key}\``).join(', ')}}`;
    errors.push(invalid(SPEC, shown, `${one}, but multiple fields are set`));
  }
  return errors;
}

function validatePool({ spec: { pool } }: ResourceSlice): FieldError[] {
  const { name: poolName, resourceSliceCount: count, generation } = pool;
  return [
    ...validatePoolName(POOL.child('name'), poolName),
    ...(count > 0 ? [] : [invalid(POOL.child('resourceSliceCount'), count, POSITIVE)]),
    ...(generation < 0 ? [invalid(POOL.child('generation'), generation, 'must be greater than or equal to zero')] : []),
  ];
}

function validate(object: ResourceSlice, old?: ResourceSlice): FieldError[] {
  const { driver, devices, sharedCounters, perDeviceNodeSelection = false } = object.spec;
  const advanced = devices?.some(({ taints, consumesCounters }) => taints?.length || consumesCounters?.length);
  return [
    ...validateCsiDriverName(SPEC.child('driver'), driver),
    ...validatePool(object),
    ...(old
      ? [
          ...immutable(POOL.child('name'), object.spec.pool.name, old.spec.pool.name),
          ...immutable(SPEC.child('driver'), driver, old.spec.driver),
          ...immutable(SPEC.child('nodeName'), object.spec.nodeName, old.spec.nodeName),
        ]
      : []),
    ...validateWhere(object),
    ...(sharedCounters && devices ? [invalid(SPEC, '', 'only one of `sharedCounters` or `devices` is allowed')] : []),
    ...validateSet(
      devices,
      advanced ? MAX_ADVANCED_DEVICES : MAX_DEVICES,
      SPEC.child('devices'),
      (device, at) => validateDevice(device, perDeviceNodeSelection, at),
      (device) => device.name,
    ),
    ...validateSet(
      sharedCounters,
      MAX_COUNTER_SETS,
      SPEC.child('sharedCounters'),
      validateCounterSet,
      (counters) => counters.name,
    ),
  ];
}

export const resourceSlice = defineKind<ResourceSlice>({
  resource: resourceslices,
  generation: true,
  selectableFields: {
    'spec.nodeName': ({ spec }) => spec.nodeName ?? '',
    'spec.driver': ({ spec }) => spec.driver,
  },
  unselectableField: (field) => `field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: ${field}`,
  defaults({ spec }) {
    spec.driver ??= '';
    const {
      generation = 0,
      name: poolName = '',
      resourceSliceCount = 0,
    } = (spec.pool as Partial<ResourcePool> | undefined) ?? {};
    spec.pool = { generation, name: poolName, resourceSliceCount };
    for (const device of spec.devices ?? []) for (const taint of device.taints ?? []) taint.effect ??= '';
  },
  validate: (object) => validate(object),
  validateUpdate: validate,
  columns: [
    name(),
    column('Node', 'string', 'The node whose devices these are, where it is one.', ({ spec }) => spec.nodeName ?? ''),
    column('Driver', 'string', 'The driver that offers the devices.', ({ spec }) => spec.driver),
    column('Pool', 'string', 'The pool that the devices belong to.', ({ spec }) => spec.pool.name),
    age(),
  ],
});
