import { invalid, required, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import { formatSelector, selects, type Labels, type LabelSelector } from '../../machinery/selector.ts';
import { validateLabelSelector } from '../shared/field-rules.ts';

const isEmpty = ({ matchLabels, matchExpressions }: LabelSelector) =>
  Object.keys(matchLabels ?? {}).length + (matchExpressions?.length ?? 0) === 0;

/** A workload's selector: required, well formed, and not everything. `kind` ends the complaint of an empty one. */
export function validateWorkloadSelector(
  selector: LabelSelector | undefined,
  at: FieldPath,
  kind: string,
): { errors: FieldError[]; usable: boolean } {
  if (!selector) return { errors: [required(at)], usable: true };
  const errors = validateLabelSelector(at, selector);
  const usable = errors.length === 0;
  if (isEmpty(selector)) errors.push(invalid(at, {}, `empty selector is invalid for ${kind}`));
  return { errors, usable };
}

/** An absent selector selects nothing, so any template fails it; an empty one is not held against the template. */
export function validateTemplateLabels(
  selector: LabelSelector | undefined,
  labels: Labels | undefined,
  at: FieldPath,
): FieldError[] {
  if ((selector && isEmpty(selector)) || selects(selector, labels)) return [];
  return [invalid(at.child('metadata', 'labels'), labels, '`selector` does not match template `labels`')];
}

/** A selector in query form: `app=web,tier in (a,b)`; `<none>` for an empty or absent one. */
export function showSelector(selector: LabelSelector | undefined): string {
  return (selector && formatSelector(selector)) || '<none>';
}
