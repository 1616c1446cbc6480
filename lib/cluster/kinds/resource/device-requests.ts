import { duplicate, invalid, notSupported, required, tooMany, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import type {
  DeviceClaim,
  DeviceRequest,
  DeviceSelector,
  DeviceSubRequest,
  ExactDeviceRequest,
} from '../../schema/generated/types.ts';
import { POSITIVE, labelName, requiredThen, subdomainName } from '../shared/field-rules.ts';

const MODES = ['All', 'ExactCount'];
const MAX_REQUESTS = 32;

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

/** Whether the expressions compile is not looked at. */
export function validateSelectors(selectors: readonly DeviceSelector[] | undefined, list: FieldPath): FieldError[] {
  return (selectors ?? []).flatMap(({ cel }, i) => {
    const at = list.index(i).child('cel');
    if (!cel) return [required(at)];
    return cel.expression ? [] : [required(at.child('expression'))];
  });
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
  ];
}

function validateRequest({ name, exactly, firstAvailable = [] }: DeviceRequest, at: FieldPath): FieldError[] {
  const alternatives = at.child('firstAvailable');
  const errors = requiredThen(at.child('name'), name, labelName);
  if (exactly ? firstAvailable.length > 0 : firstAvailable.length === 0)
    errors.push(required(at, 'exactly one of `exactly` or `firstAvailable` is required'));
  else if (exactly) errors.push(...validateAsked(exactly, at.child('exactly')));
  firstAvailable.forEach((one, i) => {
    errors.push(...requiredThen(alternatives.index(i).child('name'), one.name, labelName));
    errors.push(...validateAsked(one, alternatives.index(i)));
    if (firstAvailable.findIndex((other) => other.name === one.name) < i)
      errors.push(duplicate(alternatives.index(i).child('name'), one.name));
  });
  return errors;
}

/** A constraint or a configuration names requests of the claim, or alternatives as `request/alternative`. */
function validateNamed(
  names: readonly string[] | undefined,
  known: ReadonlySet<string>,
  list: FieldPath,
): FieldError[] {
  return (names ?? []).flatMap((name, i) =>
    known.has(name)
      ? []
      : [
          invalid(
            list.index(i),
            name,
            "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'",
          ),
        ],
  );
}

export function validateClaim(devices: DeviceClaim | undefined, at: FieldPath): FieldError[] {
  const { constraints = [], config = [] } = devices ?? {};
  const requests = devices?.requests ?? [];
  const list = at.child('requests');
  const known = new Set(
    requests.flatMap(({ name, firstAvailable = [] }) => [name, ...firstAvailable.map((one) => `${name}/${one.name}`)]),
  );
  return [
    ...(requests.length > MAX_REQUESTS ? [tooMany(list, requests.length, MAX_REQUESTS)] : []),
    ...requests.flatMap((request, i) => [
      ...validateRequest(request, list.index(i)),
      ...(requests.findIndex((other) => other.name === request.name) < i
        ? [duplicate(list.index(i), request.name)]
        : []),
    ]),
    ...constraints.flatMap((constraint, i) => {
      const here = at.child('constraints').index(i);
      return [
        ...validateNamed(constraint.requests, known, here.child('requests')),
        ...(constraint.matchAttribute || constraint.distinctAttribute ? [] : [required(here.child('matchAttribute'))]),
      ];
    }),
    ...config.flatMap(({ requests: names, opaque }, i) => {
      const here = at.child('config').index(i);
      return [
        ...validateNamed(names, known, here.child('requests')),
        ...(opaque ? [] : [required(here.child('opaque'))]),
      ];
    }),
  ];
}
