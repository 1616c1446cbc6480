import { invalid, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import { percent } from '../../machinery/names.ts';

type IntOrPercent = number | string;

const percentOf = (value: IntOrPercent): number | undefined =>
  typeof value === 'string' && percent(value).length === 0 ? Number(value.slice(0, -1)) : undefined;

/** The number in front of the percent sign, or the number; a text that is no number counts as 0. */
export function intOrPercentValue(value: IntOrPercent | undefined): number {
  if (value === undefined) return 0;
  if (typeof value === 'number') return value;
  const number = percentOf(value) ?? Number(/^[+-]?\d+$/.exec(value)?.[0] ?? 0);
  return Number.isSafeInteger(number) ? number : 0;
}

/** A number that is not negative, or a percentage: `2`, `25%`. */
export function validateIntOrPercent(at: FieldPath, value: IntOrPercent): FieldError[] {
  if (typeof value === 'string') return percent(value).map((m) => invalid(at, value, m));
  return value < 0 ? [invalid(at, value, 'must be greater than or equal to 0')] : [];
}

export function validateAtMost100Percent(at: FieldPath, value: IntOrPercent): FieldError[] {
  return (percentOf(value) ?? 0) > 100 ? [invalid(at, value, 'must not be greater than 100%')] : [];
}
