import {
  duplicate,
  forbidden,
  invalid,
  notFoundValue,
  notSupported,
  required,
  type FieldError,
} from '../../../machinery/field-error.ts';
import type { FieldPath } from '../../../machinery/field-path.ts';
import { canonicalQuantity, formatQuantity, parseQuantity, quantityNanos } from '../../../machinery/quantity.ts';
import type {
  ContainerResizePolicy,
  PodSpec,
  ResourceClaim,
  ResourceRequirements,
} from '../../../schema/generated/types.ts';
import { entriesOf, labelName, oneOf } from '../field-rules.ts';
import {
  isHugePages,
  isOvercommitAllowed,
  validateContainerResourceName,
  validateResourceName,
  validateResourceQuantity,
} from '../resource-names.ts';
import { aggregateContainerRequests } from './requests.ts';

type NameCheck = (at: FieldPath, name: string) => FieldError[];

function hugePages(at: FieldPath, name: string, quantity: string): FieldError[] {
  if (!isHugePages(name)) return [];
  const page = quantityNanos(name.slice('hugepages-'.length));
  if (page > 0n && quantityNanos(quantity) % page === 0n && quantityNanos(quantity) >= 0n) return [];
  const shown = canonicalQuantity(quantity);
  return [invalid(at, shown, `${shown} is not positive integer multiple of ${name}`)];
}

function requestAgainstLimit(at: FieldPath, name: string, request: string, limit: string | undefined): FieldError[] {
  if (limit === undefined) {
    return isOvercommitAllowed(name)
      ? []
      : [required(at.child('limits'), 'Limit must be set for non overcommitable resources')];
  }
  const [asked, most] = [quantityNanos(request), quantityNanos(limit)];
  const shown = canonicalQuantity(request);
  const here = at.child('requests');
  if (asked !== most && !isOvercommitAllowed(name)) {
    return [invalid(here, shown, `must be equal to ${name} limit of ${canonicalQuantity(limit)}`)];
  }
  return asked > most
    ? [invalid(here, shown, `must be less than or equal to ${name} limit of ${canonicalQuantity(limit)}`)]
    : [];
}

function claims(at: FieldPath, list: readonly ResourceClaim[] | undefined, podClaims: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  (list ?? []).forEach(({ name, request }, i) => {
    const here = at.index(i);
    if (!name) {
      errors.push(required(here));
      return;
    }
    if (seen.has(name)) errors.push(duplicate(here, name));
    else {
      const key = request ? `${name}/${request}` : name;
      if (request) errors.push(...labelName(here.child('request'), request));
      if (seen.has(key)) errors.push(duplicate(here, key));
      else if (!request) {
        for (const other of seen) if (other.startsWith(`${name}/`)) errors.push(duplicate(here, name));
      }
      seen.add(key);
    }
    if (!podClaims.includes(name)) {
      const known = podClaims.length ? `: ${[...podClaims].sort().join(', ')}` : ' which is empty';
      const error = notFoundValue(here, name);
      errors.push({
        ...error,
        message: `${error.message}: must be one of the names in pod.spec.resourceClaims${known}`,
      });
    }
  });
  return errors;
}

function validateRequirements(
  at: FieldPath,
  r: ResourceRequirements,
  podClaims: readonly string[],
  nameCheck: NameCheck,
): FieldError[] {
  const errors: FieldError[] = [];
  let huge = false;
  let compute = false;
  const each = (kind: 'limits' | 'requests', also: (name: string, quantity: string) => FieldError[]) => {
    for (const [name, quantity] of entriesOf(r[kind])) {
      const here = at.child(kind).key(name);
      errors.push(...nameCheck(here, name), ...validateResourceQuantity(here, name, quantity));
      errors.push(...also(name, quantity), ...hugePages(here, name, quantity));
      huge ||= isHugePages(name);
      compute ||= name === 'cpu' || name === 'memory';
    }
  };
  each('limits', () => []);
  each('requests', (name, quantity) => requestAgainstLimit(at, name, quantity, r.limits?.[name]));
  if (huge && !compute) errors.push(forbidden(at, 'HugePages require cpu or memory'));
  return [...errors, ...claims(at.child('claims'), r.claims, podClaims)];
}

export const validateContainerResources = (
  at: FieldPath,
  r: ResourceRequirements,
  podClaims: readonly string[],
): FieldError[] => validateRequirements(at, r, podClaims, validateContainerResourceName);

const POD_LEVEL = ['cpu', 'hugepages-', 'memory'];

function podResourceName(at: FieldPath, name: string): FieldError[] {
  const errors = validateResourceName(at, name);
  if (errors.length) return errors;
  return name === 'cpu' || name === 'memory' || isHugePages(name) ? [] : [notSupported(at, name, POD_LEVEL)];
}

/** spec.resources: known names, and no less than the containers ask for together. */
export function validatePodResources(at: FieldPath, spec: PodSpec, podClaims: readonly string[]): FieldError[] {
  const resources = spec.resources;
  if (!resources) return [];
  const errors: FieldError[] = [];
  if (resources.claims) errors.push(forbidden(at.child('claims'), 'claims cannot be set for Resources at pod-level'));
  errors.push(...validateRequirements(at, resources, podClaims, podResourceName));
  for (const [name, nanos] of [...aggregateContainerRequests(spec)].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const asked = resources.requests?.[name] ?? '0';
    if (nanos <= quantityNanos(asked)) continue;
    const format = parseQuantity(asked)?.format ?? 'decimal';
    const sum = formatQuantity({ nanos, format: name === 'memory' && format === 'decimal' ? 'binary' : format });
    const why = `must be greater than or equal to aggregate container requests of ${sum}`;
    errors.push(invalid(at.child('requests').key(name), canonicalQuantity(asked), why));
  }
  spec.containers.forEach((container, i) => {
    for (const [name, limit] of entriesOf(container.resources?.limits)) {
      const most = resources.limits?.[name];
      if (most === undefined || quantityNanos(limit) <= quantityNanos(most)) continue;
      const here = at.child('containers').index(i).key(name).child('limits');
      errors.push(
        invalid(
          here,
          canonicalQuantity(limit),
          `must be less than or equal to pod limits of ${canonicalQuantity(most)}`,
        ),
      );
    }
  });
  return errors;
}

export function validateResizePolicy(
  at: FieldPath,
  policies: readonly ContainerResizePolicy[] | undefined,
  podRestartPolicy: string | undefined,
): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  (policies ?? []).forEach((policy, i) => {
    if (seen.has(policy.resourceName)) errors.push(duplicate(at.index(i), policy.resourceName));
    seen.add(policy.resourceName);
    errors.push(...oneOf(at, policy.resourceName, ['cpu', 'memory']));
    errors.push(...oneOf(at, policy.restartPolicy, ['NotRequired', 'RestartContainer']));
    if (podRestartPolicy === 'Never' && policy.restartPolicy !== 'NotRequired') {
      errors.push(invalid(at, policy.restartPolicy ?? '', "must be 'NotRequired' when `restartPolicy` is 'Never'"));
    }
  });
  return errors;
}
