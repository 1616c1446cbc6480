import { duplicate, invalid, notSupported, required, tooMany, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import { qualifiedName } from '../../machinery/names.ts';
import type {
  JobSpec,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyRule,
} from '../../schema/generated/types.ts';

const MAX_RULES = 20;
const MAX_VALUES = 255;
const MAX_PATTERNS = 20;
const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const OPERATORS = ['In', 'NotIn'];
const STATUSES = ['False', 'True', 'Unknown'];

/** Go's %q of a list of strings. */
const quoted = (values: readonly string[]) => `[${values.map((v) => JSON.stringify(v)).join(' ')}]`;

/** A complaint about a whole that would be too long to print. */
const withoutValue = (at: FieldPath, detail: string): FieldError => ({
  reason: 'FieldValueInvalid',
  field: at.toString(),
  message: `Invalid value: ${detail}`,
});

function oneOf(at: FieldPath, value: string | undefined, supported: readonly string[]): FieldError[] {
  if (!value) return [required(at, `valid values: ${quoted(supported)}`)];
  return supported.includes(value) ? [] : [notSupported(at, value, supported)];
}

function validateExitCodes(
  { containerName, operator, values: given }: Partial<PodFailurePolicyOnExitCodesRequirement>,
  at: FieldPath,
  containers: ReadonlySet<string>,
): FieldError[] {
  const errors = oneOf(at.child('operator'), operator, OPERATORS);
  if (containerName !== undefined && !containers.has(containerName)) {
    const why = 'must be one of the container or initContainer names in the pod template';
    errors.push(invalid(at.child('containerName'), containerName, why));
  }
  const list = at.child('values');
  // Upstream writes a list that nobody gave as null.
  const values = given ?? [];
  if (!values.length) errors.push(invalid(list, given, 'at least one value is required'));
  else if (values.length > MAX_VALUES) errors.push(tooMany(list, values.length, MAX_VALUES));
  for (const [i, value] of values.entries()) {
    if (operator === 'In' && value === 0) {
      errors.push(invalid(list.index(i), value, 'must not be 0 for the In operator'));
    }
    if (values.indexOf(value) < i) errors.push(duplicate(list.index(i), value));
  }
  if (values.some((value, i) => i > 0 && (values[i - 1] ?? 0) > value)) {
    errors.push(invalid(list, values, 'must be ordered'));
  }
  return errors;
}

function validatePatterns(patterns: readonly PodFailurePolicyOnPodConditionsPattern[], at: FieldPath): FieldError[] {
  const errors = patterns.length > MAX_PATTERNS ? [tooMany(at, patterns.length, MAX_PATTERNS)] : [];
  for (const [i, { type, status }] of patterns.entries()) {
    const here = at.index(i);
    errors.push(
      ...qualifiedName(type).map((m) => invalid(here.child('type'), type, m)),
      ...oneOf(here.child('status'), status, STATUSES),
    );
  }
  return errors;
}

function validateRule(
  rule: PodFailurePolicyRule,
  spec: JobSpec,
  at: FieldPath,
  containers: ReadonlySet<string>,
): FieldError[] {
  const errors: FieldError[] = [];
  if (rule.action === 'FailIndex') {
    if (spec.backoffLimitPerIndex === undefined) {
      errors.push(invalid(at.child('action'), rule.action, 'requires the backoffLimitPerIndex to be set'));
    }
  } else errors.push(...oneOf(at.child('action'), rule.action, ACTIONS));
  const patterns = rule.onPodConditions ?? [];
  if (rule.onExitCodes) errors.push(...validateExitCodes(rule.onExitCodes, at.child('onExitCodes'), containers));
  if (patterns.length) errors.push(...validatePatterns(patterns, at.child('onPodConditions')));
  if (rule.onExitCodes && patterns.length) {
    errors.push(withoutValue(at, 'specifying both OnExitCodes and OnPodConditions is not supported'));
  }
  if (!rule.onExitCodes && !patterns.length) {
    errors.push(withoutValue(at, 'specifying one of OnExitCodes and OnPodConditions is required'));
  }
  return errors;
}

export function validatePodFailurePolicy(spec: JobSpec, at: FieldPath): FieldError[] {
  const rules = spec.podFailurePolicy?.rules ?? [];
  const list = at.child('rules');
  const pod = spec.template.spec;
  const containers = new Set([...(pod?.containers ?? []), ...(pod?.initContainers ?? [])].map((c) => c.name));
  return [
    ...(rules.length > MAX_RULES ? [tooMany(list, rules.length, MAX_RULES)] : []),
    ...rules.flatMap((rule, i) => validateRule(rule, spec, list.index(i), containers)),
  ];
}
