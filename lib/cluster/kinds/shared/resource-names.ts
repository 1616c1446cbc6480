import { invalid, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import { qualifiedName } from '../../machinery/names.ts';
import { canonicalQuantity, quantityNanos } from '../../machinery/quantity.ts';
import { nonNegativeQuantity, qualified } from './field-rules.ts';

const COUNTED = [
  'pods',
  'services',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
];
const STANDARD = [
  'cpu',
  'memory',
  'ephemeral-storage',
  'storage',
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'requests.storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  ...COUNTED,
];
const FOR_CONTAINERS = ['cpu', 'memory', 'ephemeral-storage'];
const FOR_QUOTAS = [
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  ...COUNTED,
];
const HUGE_PAGES = 'hugepages-';

export const isHugePages = (name: string): boolean => name.startsWith(HUGE_PAGES);
const isQuotaHugePages = (name: string) => isHugePages(name) || name.startsWith(`requests.${HUGE_PAGES}`);

/** Of Kubernetes' own: without a domain or within kubernetes.io. */
export const isNativeResource = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');

/** What a device plugin offers: `example.com/gpu`. */
export function isExtendedResource(name: string): boolean {
  return !isNativeResource(name) && !name.startsWith('requests.') && qualifiedName(`requests.${name}`).length === 0;
}

/** Whether a request may be lower than its limit. */
export const isOvercommitAllowed = (name: string): boolean => isNativeResource(name) && !isHugePages(name);

export const isQuotaResource = (name: string): boolean => FOR_QUOTAS.includes(name) || isQuotaHugePages(name);

const isCounted = (name: string) => COUNTED.includes(name) || isExtendedResource(name);

export function validateResourceName(at: FieldPath, name: string): FieldError[] {
  const errors = qualified(at, name);
  if (errors.length || name.includes('/') || STANDARD.includes(name) || isQuotaHugePages(name)) return errors;
  return [invalid(at, name, 'must be a standard resource type or fully qualified')];
}

export function validateContainerResourceName(at: FieldPath, name: string): FieldError[] {
  const errors = validateResourceName(at, name);
  if (!name.includes('/')) {
    if (!FOR_CONTAINERS.includes(name) && !isHugePages(name))
      errors.push(invalid(at, name, 'must be a standard resource for containers'));
  } else if (!isNativeResource(name) && !isExtendedResource(name)) {
    errors.push(invalid(at, name, "doesn't follow extended resource name standard"));
  }
  return errors;
}

export function validateQuotaResourceName(at: FieldPath, name: string): FieldError[] {
  const errors = validateResourceName(at, name);
  if (!name.includes('/') && !isQuotaResource(name))
    errors.push(invalid(at, name, 'must be a standard resource for quota'));
  return errors;
}

/** Not negative; whole where the resource is counted. */
export function validateResourceQuantity(at: FieldPath, name: string, quantity: string): FieldError[] {
  const errors = nonNegativeQuantity(at, quantity);
  if (isCounted(name) && quantityNanos(quantity) % 1_000_000_000n !== 0n) {
    errors.push(invalid(at, canonicalQuantity(quantity), 'must be an integer'));
  }
  return errors;
}
