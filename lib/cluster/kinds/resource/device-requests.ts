import { invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import type {
  DeviceClaim,
  DeviceConstraint,
  DeviceRequest,
  DeviceSubRequest,
  ExactDeviceRequest,
} from '../../schema/generated/types.ts';
import { POSITIVE, labelName, requiredThen, subdomainName } from '../shared/field-rules.ts';
import { MAX_CONFIGURATIONS, validateConfiguration } from './device-configuration.ts';
import { validateList, validateSet } from './device-lists.ts';
import { validateFullyQualifiedName } from './device-names.ts';
import { validateSelectors } from './device-selectors.ts';
import { validateToleration } from './device-taints.ts';

const MODES = ['All', 'ExactCount'];
const MAX_REQUESTS = 32;
const MAX_ALTERNATIVES = 8;
const MAX_CONSTRAINTS = 32;
const UNKNOWN = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";

type Asked = Partial<Omit<ExactDeviceRequest & DeviceSubRequest, 'name'>>;

function defaultAsked(asked: Asked): void {
  asked.allocationMode ||= 'ExactCount';
  if (asked.allocationMode === 'ExactCount') asked.count ??= 1;
  for (const toleration of asked.tolerations ?? []) toleration.operator ??= 'Equal';
}

export function defaultClaim(devices: DeviceClaim | undefined): void {
  for (const { exactly, firstAvailable = [] } of devices?.requests ?? []) {
    if (exactly) defaultAsked(exactly);
    for (const one of firstAvailable) defaultAsked(one);
  }
}

function validateCount({ allocationMode = '', count = 0 }: Asked, at: FieldPath): FieldError[] {
  if (allocationMode === 'ExactCount') return count > 0 ? [] : [invalid(at.child('count'), count, POSITIVE)];
  if (allocationMode !== 'All') return [notSupported(at.child('allocationMode'), allocationMode, MODES)];
  return count === 0 ? [] : [invalid(at.child('count'), count, "must not be specified when allocationMode is 'All'")];
}

function validateAsked(asked: Asked, at: FieldPath): FieldError[] {
  return [
    ...requiredThen(at.child('deviceClassName'), asked.deviceClassName, subdomainName),
    ...validateSelectors(asked.selectors, at.child('selectors')),
    ...validateCount(asked, at),
    ...(asked.tolerations ?? []).flatMap((toleration, i) =>
      validateToleration(toleration, at.child('tolerations').index(i)),
    ),
  ];
}

const validateAlternative = (one: DeviceSubRequest, at: FieldPath): FieldError[] => [
  ...labelName(at.child('name'), one.name ?? ''),
  ...validateAsked(one, at),
];

function validateRequest({ name = '', exactly, firstAvailable = [] }: Partial<DeviceRequest>, at: FieldPath) {
  const one = 'exactly one of `exactly` or `firstAvailable` is required';
  const errors = labelName(at.child('name'), name);
  if (!exactly && !firstAvailable.length) return [...errors, required(at, one)];
  if (exactly && firstAvailable.length) return [...errors, invalid(at, null, `${one}, but multiple fields are set`)];
  if (exactly) return [...errors, ...validateAsked(exactly, at.child('exactly'))];
  const list = at.child('firstAvailable');
  return [...errors, ...validateSet(firstAvailable, MAX_ALTERNATIVES, list, validateAlternative, (o) => o.name)];
}

/** A constraint or a configuration names requests of the claim, or alternatives as `request/alternative`. */
function validateNamed(names: readonly string[] | undefined, known: ReadonlySet<string>, list: FieldPath) {
  const check = (name: string, at: FieldPath): FieldError[] => {
    const parts = name.split('/');
    if (parts.length > 2) return [invalid(at, name, UNKNOWN)];
    return [...parts.flatMap((part) => labelName(at, part)), ...(known.has(name) ? [] : [invalid(at, name, UNKNOWN)])];
  };
  return validateSet(names, MAX_REQUESTS, list, check, (name) => name);
}

function validateConstraint({ matchAttribute, distinctAttribute }: DeviceConstraint, at: FieldPath) {
  if (matchAttribute !== undefined) return validateFullyQualifiedName(at.child('matchAttribute'), matchAttribute);
  if (distinctAttribute !== undefined)
    return validateFullyQualifiedName(at.child('distinctAttribute'), distinctAttribute);
  // Upstream speaks of several fields here, too, where there is none.
  const why = 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set';
  return [required(at, why)];
}

export function validateClaim(devices: DeviceClaim | undefined, at: FieldPath): FieldError[] {
  const requests = devices?.requests ?? [];
  const known = new Set(
    requests.flatMap(({ name, firstAvailable = [] }) => [name, ...firstAvailable.map((one) => `${name}/${one.name}`)]),
  );
  return [
    ...validateSet(requests, MAX_REQUESTS, at.child('requests'), validateRequest, ({ name }) => name),
    ...validateList(devices?.constraints, MAX_CONSTRAINTS, at.child('constraints'), (constraint, here) => [
      ...validateNamed(constraint.requests, known, here.child('requests')),
      ...validateConstraint(constraint, here),
    ]),
    ...validateList(devices?.config, MAX_CONFIGURATIONS, at.child('config'), (config, here) => [
      ...validateNamed(config.requests, known, here.child('requests')),
      ...validateConfiguration(config, here),
    ]),
  ];
}
