import { invalid, required, tooLong, tooMany, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import type { JobSpec, SuccessPolicyRule } from '../../schema/generated/types.ts';
import { nonNegative } from '../shared/field-rules.ts';
import { countIndexes } from './indexes.ts';

const MAX_RULES = 20;
const MAX_INDEXES_SIZE = 64 * 1024;

function validateRule(rule: SuccessPolicyRule, completions: number, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const { succeededCount, succeededIndexes } = rule;
  if (succeededCount === undefined && succeededIndexes === undefined) {
    errors.push(required(at, 'at least one of succeededCount or succeededIndexes must be specified'));
  }
  let named = 0;
  if (succeededIndexes !== undefined) {
    const here = at.child('succeededIndexes');
    if (succeededIndexes.length > MAX_INDEXES_SIZE) errors.push(tooLong(here, MAX_INDEXES_SIZE));
    const count = countIndexes(succeededIndexes, completions);
    if (count.ok) named = count.total;
    else errors.push(invalid(here, succeededIndexes, `error parsing succeededIndexes: ${count.error}`));
  }
  if (succeededCount !== undefined) {
    const here = at.child('succeededCount');
    errors.push(...nonNegative(here, succeededCount));
    if (succeededCount > completions) {
      const why = `must be less than or equal to ${completions} (the number of specified completions)`;
      errors.push(invalid(here, succeededCount, why));
    }
    if (succeededIndexes !== undefined && succeededCount > named) {
      const why = `must be less than or equal to ${named} (the number of indexes in the specified succeededIndexes field)`;
      errors.push(invalid(here, succeededCount, why));
    }
  }
  return errors;
}

/** Only asked of Indexed Jobs. */
export function validateSuccessPolicy(spec: JobSpec, at: FieldPath): FieldError[] {
  const rules = spec.successPolicy?.rules ?? [];
  const list = at.child('rules');
  return [
    ...(rules.length
      ? []
      : [required(list, 'at least one rules must be specified when the successPolicy is specified')]),
    ...(rules.length > MAX_RULES ? [tooMany(list, rules.length, MAX_RULES)] : []),
    ...rules.flatMap((rule, i) => validateRule(rule, spec.completions ?? 0, list.index(i))),
  ];
}
