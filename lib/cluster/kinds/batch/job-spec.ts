import { invalid, notSupported, required, tooLong, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import { domainPrefixedPath } from '../../machinery/names-of-domains.ts';
import type { JobSpec } from '../../schema/generated/types.ts';
import { nonNegative } from '../shared/field-rules.ts';
import { internalForm } from '../shared/internal-form.ts';
import { validatePodTemplateSpec } from '../shared/pod-spec/validation.ts';
import { validatePodFailurePolicy } from './pod-failure-policy.ts';
import { validateSuccessPolicy } from './success-policy.ts';

const MANY_COMPLETIONS = 100_000;
const MAX_PARALLELISM = 100_000;
const MAX_PARALLELISM_OF_MANY = 10_000;
const MAX_FAILED_INDEXES = 100_000;
const MAX_FAILED_INDEXES_OF_MANY = 10_000;
const MAX_MANAGED_BY = 63;
const MODES = ['NonIndexed', 'Indexed'];
const REPLACEMENT = ['Failed', 'TerminatingOrFailed'];
const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
] as const;

function atMost(at: FieldPath, value: number | undefined, max: number, why: string): FieldError[] {
  return value !== undefined && value > max ? [invalid(at, value, why)] : [];
}

function validateIndexed(spec: JobSpec, at: FieldPath): FieldError[] {
  const { completions, parallelism, maxFailedIndexes } = spec;
  const errors: FieldError[] = [];
  if (completions === undefined) errors.push(required(at.child('completions'), 'when completion mode is Indexed'));
  errors.push(
    ...atMost(
      at.child('parallelism'),
      parallelism,
      MAX_PARALLELISM,
      `must be less than or equal to ${MAX_PARALLELISM} when completion mode is Indexed`,
    ),
  );
  const failed = at.child('maxFailedIndexes');
  if (completions !== undefined) {
    errors.push(...atMost(failed, maxFailedIndexes, completions, 'must be less than or equal to completions'));
  }
  errors.push(
    ...atMost(failed, maxFailedIndexes, MAX_FAILED_INDEXES, `must be less than or equal to ${MAX_FAILED_INDEXES}`),
  );
  if (completions !== undefined && completions > MANY_COMPLETIONS && spec.backoffLimitPerIndex !== undefined) {
    const why = (max: number) =>
      `must be less than or equal to ${max} when completions are above ${MANY_COMPLETIONS} and used with backoff limit per index`;
    if (maxFailedIndexes === undefined) {
      errors.push(required(failed, `must be specified when completions is above ${MANY_COMPLETIONS}`));
    }
    errors.push(
      ...atMost(at.child('parallelism'), parallelism, MAX_PARALLELISM_OF_MANY, why(MAX_PARALLELISM_OF_MANY)),
      ...atMost(failed, maxFailedIndexes, MAX_FAILED_INDEXES_OF_MANY, why(MAX_FAILED_INDEXES_OF_MANY)),
    );
  }
  return errors;
}

function validateCompletionMode(spec: JobSpec, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const mode = spec.completionMode;
  if (mode !== undefined && !MODES.includes(mode)) {
    errors.push(notSupported(at.child('completionMode'), mode, MODES));
  }
  if (mode === 'Indexed') errors.push(...validateIndexed(spec, at));
  if (mode === undefined || mode === 'NonIndexed') {
    for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const) {
      if (spec[field] !== undefined) {
        errors.push(invalid(at.child(field), spec[field], 'requires indexed completion mode'));
      }
    }
  }
  return errors;
}

function validateReplacementPolicy(spec: JobSpec, at: FieldPath): FieldError[] {
  const policy = spec.podReplacementPolicy;
  const supported = spec.podFailurePolicy ? ['Failed'] : REPLACEMENT;
  return policy === undefined || supported.includes(policy) ? [] : [notSupported(at, policy, supported)];
}

function validateRestartPolicy(spec: JobSpec, at: FieldPath): FieldError[] {
  const policy = spec.template.spec?.restartPolicy ?? '';
  switch (policy) {
    case '':
    case 'Always':
      return [required(at, 'valid values: "OnFailure", "Never"')];
    case 'Never':
      return [];
    case 'OnFailure':
      return spec.podFailurePolicy
        ? [invalid(at, policy, 'only "Never" is supported when podFailurePolicy is specified')]
        : [];
    default:
      return [notSupported(at, policy, ['OnFailure', 'Never'])];
  }
}

/** All of a Job's spec but its selector, which a CronJob's template must not have. */
export function validateJobSpec(spec: JobSpec, at: FieldPath): FieldError[] {
  const errors: FieldError[] = COUNTS.filter((field) => spec[field] !== undefined).flatMap((field) =>
    nonNegative(at.child(field), spec[field] ?? 0),
  );
  if (spec.maxFailedIndexes !== undefined) {
    errors.push(...nonNegative(at.child('maxFailedIndexes'), spec.maxFailedIndexes));
    if (spec.backoffLimitPerIndex === undefined) {
      errors.push(required(at.child('backoffLimitPerIndex'), 'when maxFailedIndexes is specified'));
    }
  }
  if (spec.managedBy !== undefined) {
    errors.push(...domainPrefixedPath(at.child('managedBy'), spec.managedBy));
    if (spec.managedBy.length > MAX_MANAGED_BY) errors.push(tooLong(at.child('managedBy'), MAX_MANAGED_BY));
  }
  errors.push(...validateCompletionMode(spec, at));
  if (spec.podFailurePolicy) errors.push(...validatePodFailurePolicy(spec, at.child('podFailurePolicy')));
  if (spec.successPolicy) {
    const here = at.child('successPolicy');
    if (spec.completionMode !== 'Indexed') {
      errors.push(invalid(here, internalForm('SuccessPolicy', spec.successPolicy), 'requires indexed completion mode'));
    } else errors.push(...validateSuccessPolicy(spec, here));
  }
  return [
    ...errors,
    ...validateReplacementPolicy(spec, at.child('podReplacementPolicy')),
    ...validatePodTemplateSpec(spec.template, at.child('template')),
    ...validateRestartPolicy(spec, at.child('template', 'spec', 'restartPolicy')),
  ];
}
