import { forbidden, invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import { nameIsPathSegment } from '../../machinery/names-of-objects.ts';
import { canonicalQuantity, quantityNanos } from '../../machinery/quantity.ts';
import type { MetricSpec, MetricTarget } from '../../schema/generated/types.ts';
import { complaints, labelName } from '../shared/field-rules.ts';
import { validateContainerResourceName } from '../shared/resource-names.ts';
import { validateTargetReference } from './target-reference.ts';

/** The field of a metric that each type fills. */
const FIELD_OF: Readonly<Record<string, keyof MetricSpec>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
};
const TYPES = Object.keys(FIELD_OF);
const TARGET_TYPES = ['Utilization', 'Value', 'AverageValue'];

function positive(at: FieldPath, value: string | undefined): FieldError[] {
  return value === undefined || quantityNanos(value) > 0n
    ? []
    : [invalid(at, canonicalQuantity(value), 'must be positive')];
}

function validateTarget(at: FieldPath, target: Partial<MetricTarget>): FieldError[] {
  const errors: FieldError[] = [];
  const { type = '', averageUtilization } = target;
  if (!type) errors.push(required(at.child('type'), 'must specify a metric target type'));
  if (!TARGET_TYPES.includes(type)) {
    errors.push(invalid(at.child('type'), type, 'must be either Utilization, Value, or AverageValue'));
  }
  errors.push(...positive(at.child('value'), target.value), ...positive(at.child('averageValue'), target.averageValue));
  if (averageUtilization !== undefined && averageUtilization < 1) {
    errors.push(invalid(at.child('averageUtilization'), averageUtilization, 'must be greater than 0'));
  }
  return errors;
}

const validateIdentifier = (at: FieldPath, { name }: { name?: string }): FieldError[] =>
  name
    ? complaints(at.child('name'), name, nameIsPathSegment(name, false))
    : [required(at.child('name'), 'must specify a metric name')];

/** Of a resource: a raw value or a utilization, not both. */
function rawOrUtilization(at: FieldPath, { averageUtilization, averageValue }: MetricTarget): FieldError[] {
  if (averageUtilization === undefined && averageValue === undefined) {
    const why = 'must set either a target raw value or a target utilization';
    return [required(at.child('averageUtilization'), why)];
  }
  return averageUtilization !== undefined && averageValue !== undefined
    ? [forbidden(at.child('averageValue'), 'may not set both a target raw value and a target utilization')]
    : [];
}

function validateObject({ describedObject, metric, target }: NonNullable<MetricSpec['object']>, at: FieldPath) {
  const here = at.child('target');
  return [
    ...validateTargetReference(at.child('describedObject'), describedObject, { mayBeCore: true }),
    ...validateIdentifier(at.child('metric'), metric),
    ...validateTarget(here, target),
    ...(target.value === undefined && target.averageValue === undefined
      ? [required(here.child('averageValue'), 'must set either a target value or averageValue')]
      : []),
  ];
}

function validateExternal({ metric, target }: NonNullable<MetricSpec['external']>, at: FieldPath) {
  const here = at.child('target');
  const errors = [...validateIdentifier(at.child('metric'), metric), ...validateTarget(here, target)];
  if (target.value === undefined && target.averageValue === undefined) {
    const why = 'must set either a target value for metric or a per-pod target';
    errors.push(required(here.child('averageValue'), why));
  }
  if (target.value !== undefined && target.averageValue !== undefined) {
    const why = 'may not set both a target value for metric and a per-pod target';
    errors.push(forbidden(here.child('value'), why));
  }
  return errors;
}

function validatePods({ metric, target }: NonNullable<MetricSpec['pods']>, at: FieldPath) {
  const here = at.child('target');
  return [
    ...validateIdentifier(at.child('metric'), metric),
    ...validateTarget(here, target),
    ...(target.averageValue === undefined
      ? [required(here.child('averageValue'), 'must specify a positive target averageValue')]
      : []),
  ];
}

function validateResource({ name, target }: NonNullable<MetricSpec['resource']>, at: FieldPath) {
  return [
    ...(name ? [] : [required(at.child('name'), 'must specify a resource name')]),
    ...validateTarget(at.child('target'), target),
    ...rawOrUtilization(at.child('target'), target),
  ];
}

function validateContainerResource(
  { name, container, target }: NonNullable<MetricSpec['containerResource']>,
  at: FieldPath,
) {
  return [
    ...(name
      ? validateContainerResourceName(at.child('name'), name)
      : [required(at.child('name'), 'must specify a resource name')]),
    ...(container
      ? labelName(at.child('container'), container)
      : [required(at.child('container'), 'must specify a container')]),
    ...validateTarget(at.child('target'), target),
    ...rawOrUtilization(at.child('target'), target),
  ];
}

/** The first source that is given, in upstream's order; further ones are refused below. */
function validateSource(metric: Partial<MetricSpec>, at: FieldPath): FieldError[] {
  if (metric.object) return validateObject(metric.object, at.child('object'));
  if (metric.external) return validateExternal(metric.external, at.child('external'));
  if (metric.pods) return validatePods(metric.pods, at.child('pods'));
  if (metric.resource) return validateResource(metric.resource, at.child('resource'));
  return metric.containerResource
    ? validateContainerResource(metric.containerResource, at.child('containerResource'))
    : [];
}

function validateMetric(metric: Partial<MetricSpec>, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const { type = '' } = metric;
  const expected = FIELD_OF[type];
  if (!type) errors.push(required(at.child('type'), 'must specify a metric source type'));
  if (!expected) errors.push(notSupported(at.child('type'), type, TYPES));
  errors.push(...validateSource(metric, at));
  // Upstream says it twice.
  if (!expected) errors.push(notSupported(at.child('type'), type, TYPES));
  else if (!metric[expected]) {
    errors.push(required(at.child(expected), 'must populate information for the given metric source'));
  }
  const present = Object.values(FIELD_OF).filter((field) => metric[field]);
  if (present.length > 1) {
    for (const field of present.filter((f) => f !== expected)) {
      errors.push(forbidden(at.child(field), 'must populate the given metric source only'));
    }
  }
  return errors;
}

export function validateMetrics(
  metrics: readonly MetricSpec[],
  minReplicas: number | undefined,
  at: FieldPath,
): FieldError[] {
  const errors = metrics.flatMap((metric, i) => validateMetric(metric, at.index(i)));
  const canBeZero = metrics.some((metric) => metric.type === 'Object' || metric.type === 'External');
  if (minReplicas === 0 && !canBeZero) {
    const why = 'must specify at least one Object or External metric to support scaling to zero replicas';
    errors.push(forbidden(at, why));
  }
  return errors;
}
