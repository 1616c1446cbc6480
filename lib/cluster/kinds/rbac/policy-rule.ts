import { invalid, required, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import type { PolicyRule } from '../../schema/generated/types.ts';

const empty = (list: readonly string[] | undefined) => !list?.length;

/** A role without rules shows `rules: null`. */
export function defaultRules(draft: { rules?: PolicyRule[] | null }): void {
  if (!draft.rules?.length) draft.rules = null;
}

/** One rule of a Role or, not `namespaced`, of a ClusterRole. */
export function validatePolicyRule(rule: PolicyRule, namespaced: boolean, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (empty(rule.verbs)) errors.push(required(at.child('verbs'), 'verbs must contain at least one value'));
  if (!empty(rule.nonResourceURLs)) {
    const urls = at.child('nonResourceURLs');
    if (namespaced) {
      errors.push(invalid(urls, rule.nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs'));
    }
    if (!empty(rule.apiGroups) || !empty(rule.resources) || !empty(rule.resourceNames)) {
      errors.push(
        invalid(urls, rule.nonResourceURLs, 'rules cannot apply to both regular resources and non-resource URLs'),
      );
    }
    return errors;
  }
  if (empty(rule.apiGroups)) {
    errors.push(required(at.child('apiGroups'), 'resource rules must supply at least one api group'));
  }
  if (empty(rule.resources)) {
    errors.push(required(at.child('resources'), 'resource rules must supply at least one resource'));
  }
  return errors;
}
