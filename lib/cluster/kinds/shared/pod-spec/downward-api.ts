import { invalid, notSupported, required, type FieldError } from '../../../machinery/field-error.ts';
import type { FieldPath } from '../../../machinery/field-path.ts';
import { canonicalQuantity, quantityNanos } from '../../../machinery/quantity.ts';
import type { ObjectFieldSelector, ResourceFieldSelector } from '../../../schema/generated/types.ts';
import { qualified } from '../field-rules.ts';

const FOR_ENV = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
const FOR_VOLUMES = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'];
/** Every path that the API knows as a field label of a Pod. */
const KNOWN = [
  ...FOR_ENV,
  'metadata.annotations',
  'metadata.labels',
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
  'spec.hostNetwork',
  'status.nominatedNodeName',
];
const RESOURCES = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const HUGE_PAGES = /^(requests|limits)\.hugepages-/;
const SUBSCRIPT = /^(.*)\['(.*)'\]$/;
const UNITS = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

/** `metadata.name`, `metadata.labels['app']` …: what a variable or a file of a pod may show of the pod. */
export function validateFieldSelector(at: FieldPath, selector: ObjectFieldSelector, forVolume: boolean): FieldError[] {
  const path = selector.fieldPath;
  if (!selector.apiVersion) return [required(at.child('apiVersion'))];
  if (!path) return [required(at.child('fieldPath'))];
  const cannot = (why: string) => [invalid(at.child('fieldPath'), path, `error converting fieldPath: ${why}`)];
  if (selector.apiVersion !== 'v1') return cannot(`unsupported pod version: ${selector.apiVersion}`);
  const [, base, key = ''] = SUBSCRIPT.exec(path) ?? [];
  if (base !== undefined) {
    if (base === 'metadata.annotations') return qualified(at, key.toLowerCase());
    if (base === 'metadata.labels') return qualified(at, key);
    return cannot(`field label does not support subscript: ${path}`);
  }
  if (path !== 'spec.host' && !KNOWN.includes(path)) return cannot(`field label not supported: ${path}`);
  const name = path === 'spec.host' ? 'spec.nodeName' : path;
  const allowed = forVolume ? FOR_VOLUMES : FOR_ENV;
  return allowed.includes(name) ? [] : [notSupported(at.child('fieldPath'), name, allowed)];
}

/** `limits.cpu` … of a container, in units of `divisor`. */
export function validateResourceSelector(
  at: FieldPath,
  selector: ResourceFieldSelector,
  forVolume: boolean,
): FieldError[] {
  const resource = selector.resource ?? '';
  const errors: FieldError[] = [];
  if (forVolume && !selector.containerName) errors.push(required(at.child('containerName')));
  else if (!resource) errors.push(required(at.child('resource')));
  else if (!RESOURCES.includes(resource) && !HUGE_PAGES.test(resource))
    errors.push(notSupported(at.child('resource'), resource, RESOURCES));
  if (selector.divisor === undefined || quantityNanos(selector.divisor) === 0n) return errors;
  const divisor = canonicalQuantity(selector.divisor);
  const bad = (units: string, of: string) =>
    errors.push(
      invalid(at.child('divisor'), resource, `only divisor's values ${units} are supported with the ${of} resource`),
    );
  const [, kind = ''] = resource.split('.');
  if (kind === 'cpu') {
    if (divisor !== '1' && divisor !== '1m') bad('1m and 1', 'cpu');
  } else if (!UNITS.includes(divisor)) {
    if (kind === 'memory') bad(UNITS.join(', '), 'memory');
    else if (kind === 'ephemeral-storage') bad(UNITS.join(', '), 'local ephemeral storage');
    else if (HUGE_PAGES.test(resource)) bad(UNITS.join(', '), 'hugepages');
  }
  return errors;
}
