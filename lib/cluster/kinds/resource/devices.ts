import { duplicate, forbidden, invalid, required, tooLong, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import type { CounterSet, Device, DeviceAttribute, DeviceCounterConsumption } from '../../schema/generated/types.ts';
import { entriesOf, labelName, qualified, requiredThen, subdomainName } from '../shared/field-rules.ts';
import { validateNodeSelector } from '../shared/pod-spec/affinity.ts';
import { validateList, validateSet } from './device-lists.ts';
import { validateQualifiedName } from './device-names.ts';
import { validateTaint } from './device-taints.ts';

const MAX_PROPERTIES = 32;
const MAX_VALUE = 64;
const MAX_TAINTS = 16;
const MAX_CONDITIONS = 4;
const MAX_CONSUMED = 2;
const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$/;
const WHERE = ['nodeName', 'nodeSelector', 'allNodes'] as const;
const ONE_PLACE =
  'exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec';

const bounded = (at: FieldPath, text: string): FieldError[] =>
  Buffer.byteLength(text) > MAX_VALUE ? [tooLong(at, MAX_VALUE)] : [];

function validateAttribute(attribute: DeviceAttribute, at: FieldPath): FieldError[] {
  const { string, version } = attribute;
  const errors: FieldError[] = [];
  if (string !== undefined) errors.push(...bounded(at.child('string'), string));
  if (version !== undefined) {
    const here = at.child('version');
    if (!SEMVER.test(version))
      errors.push(invalid(here, version, 'must be a string compatible with semver.org spec 2.0.0'));
    errors.push(...bounded(here, version));
  }
  return Object.keys(attribute).length ? errors : [...errors, invalid(at, '', 'exactly one value must be specified')];
}

function validateProperties(device: Device, at: FieldPath): FieldError[] {
  const attributes = entriesOf(device.attributes);
  const capacity = entriesOf(device.capacity);
  const count = attributes.length + capacity.length;
  const why = `the total number of attributes and capacities must not exceed ${MAX_PROPERTIES}`;
  return [
    ...(count > MAX_PROPERTIES ? [invalid(at, count, why)] : []),
    ...attributes.flatMap(([key, attribute]) => [
      ...validateQualifiedName(at.child('attributes'), key),
      ...validateAttribute(attribute, at.child('attributes').key(key)),
    ]),
    ...capacity.flatMap(([key, { requestPolicy }]) => [
      ...validateQualifiedName(at.child('capacity'), key),
      ...(requestPolicy && !device.allowMultipleAllocations
        ? [forbidden(at.child('capacity').key(key).child('requestPolicy'), 'allowMultipleAllocations must be true')]
        : []),
    ]),
  ];
}

/** On which nodes a device is, where its slice leaves that to each device. */
function validatePlace(device: Device, perDevice: boolean, at: FieldPath): FieldError[] {
  const { nodeName, nodeSelector, allNodes } = device;
  if (!perDevice) {
    const why =
      '`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec';
    return nodeName !== undefined || nodeSelector || allNodes !== undefined ? [invalid(at, null, why)] : [];
  }
  const errors: FieldError[] = [];
  if (nodeName) errors.push(...subdomainName(at.child('nodeName'), nodeName));
  if (nodeName === '') errors.push(invalid(at.child('nodeName'), '', 'must not be empty'));
  if (nodeSelector) errors.push(...validateNodeSelector(at.child('nodeSelector'), nodeSelector));
  if (allNodes === false) errors.push(invalid(at.child('allNodes'), false, 'must be either unset or set to true'));
  const set = WHERE.filter((key) => device[key]);
  if (set.length === 0) errors.push(required(at, ONE_PLACE));
  if (set.length > 1) errors.push(invalid(at, `{${set.map((key) => `\`${key}\``).join(', ')}}`, ONE_PLACE));
  return errors;
}

function validateConditions({ bindingConditions = [], bindingFailureConditions = [] }: Device, at: FieldPath) {
  const [binding, failure] = [at.child('bindingConditions'), at.child('bindingFailureConditions')];
  const check = (text: string, here: FieldPath) => qualified(here, text);
  const errors: FieldError[] = [
    ...validateList(bindingConditions, MAX_CONDITIONS, binding, check),
    ...validateList(bindingFailureConditions, MAX_CONDITIONS, failure, check),
  ];
  bindingConditions.forEach((text, i) => {
    if (bindingConditions.indexOf(text) < i) errors.push(duplicate(binding.index(i), text));
  });
  bindingFailureConditions.forEach((text, i) => {
    if (bindingFailureConditions.indexOf(text) < i) errors.push(duplicate(failure.index(i), text));
    if (bindingConditions.includes(text))
      errors.push(invalid(failure.index(i), text, 'bindingFailureConditions must not overlap with bindingConditions'));
  });
  if (!bindingConditions.length && bindingFailureConditions.length)
    errors.push(invalid(binding, null, 'bindingConditions are required to use bindingFailureConditions'));
  if (bindingConditions.length && !bindingFailureConditions.length)
    errors.push(invalid(failure, null, 'bindingFailureConditions are required to use bindingConditions'));
  return errors;
}

const countersOf = (counters: object | undefined, at: FieldPath): FieldError[] =>
  counters && Object.keys(counters).length
    ? Object.keys(counters)
        .sort()
        .flatMap((key) => labelName(at, key))
    : [required(at)];

const validateConsumption = ({ counterSet, counters }: Partial<DeviceCounterConsumption>, at: FieldPath) => [
  ...requiredThen(at.child('counterSet'), counterSet, labelName),
  ...countersOf(counters, at.child('counters')),
];

export const validateCounterSet = ({ name, counters }: Partial<CounterSet>, at: FieldPath): FieldError[] => [
  ...requiredThen(at.child('name'), name, labelName),
  ...countersOf(counters, at.child('counters')),
];

export const validateDevice = (device: Device, perDevice: boolean, at: FieldPath): FieldError[] => [
  ...labelName(at.child('name'), device.name ?? ''),
  ...validateProperties(device, at),
  ...validateList(device.taints, MAX_TAINTS, at.child('taints'), validateTaint),
  ...validateSet(
    device.consumesCounters,
    MAX_CONSUMED,
    at.child('consumesCounters'),
    validateConsumption,
    (one) => one.counterSet,
  ),
  ...validatePlace(device, perDevice, at),
  ...validateConditions(device, at),
];
