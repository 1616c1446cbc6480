import { invalid, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { nameIsPathSegment } from '../../machinery/names-of-objects.ts';
import { clusterroles } from '../../schema/generated/resources.ts';
import type { ClusterRole, AggregationRule } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { createdAt, name } from '../shared/columns.ts';
import { validateLabelSelector } from '../shared/field-rules.ts';
import { defaultRules, validatePolicyRule } from './policy-rule.ts';

function validateAggregation(rule: AggregationRule, at: FieldPath): FieldError[] {
  const selectors = rule.clusterRoleSelectors ?? [];
  if (!selectors.length) {
    return [required(at, 'at least one clusterRoleSelector required if aggregationRule is non-nil')];
  }
  return selectors.flatMap((selector, i) => {
    const errors = validateLabelSelector(at.index(i), selector);
    return errors.length ? [...errors, invalid(at.index(i), null, 'invalid label selector.')] : [];
  });
}

export const clusterRole = defineKind<ClusterRole>({
  resource: clusterroles,
  validateName: nameIsPathSegment,
  defaults: defaultRules,
  validate: (object) => [
    ...(object.rules ?? []).flatMap((rule, i) => validatePolicyRule(rule, false, FieldPath.of('rules').index(i))),
    ...(object.aggregationRule
      ? validateAggregation(object.aggregationRule, FieldPath.of('aggregationRule', 'clusterRoleSelectors'))
      : []),
  ],
  columns: [name(), createdAt()],
});
