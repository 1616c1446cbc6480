import type { Scope } from '../../cel/index.ts';
import { duplicate, notSupported, required, tooMany, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import type { MatchCondition, MatchResources } from '../../schema/generated/types.ts';
import { qualified, validateLabelSelector } from '../shared/field-rules.ts';
import { defaultRules, validateRules } from './admission-rules.ts';
import { checkExpression } from './expressions.ts';

const MAX_CONDITIONS = 64;
const FAILURE_POLICIES = ['Fail', 'Ignore'];
const MATCH_POLICIES = ['Equivalent', 'Exact'];
const REINVOCATION_POLICIES = ['IfNeeded', 'Never'];

const known = (at: FieldPath, value: string | undefined, supported: readonly string[]): FieldError[] =>
  value === undefined || supported.includes(value) ? [] : [notSupported(at, value, supported)];

export const validateFailurePolicy = (at: FieldPath, value: string | undefined): FieldError[] =>
  known(at, value, FAILURE_POLICIES);
export const validateMatchPolicy = (at: FieldPath, value: string | undefined): FieldError[] =>
  known(at, value, MATCH_POLICIES);
export const validateReinvocation = (at: FieldPath, value: string | undefined): FieldError[] =>
  known(at, value, REINVOCATION_POLICIES);

export function defaultMatchResources(match: MatchResources | undefined): void {
  if (!match) return;
  match.matchPolicy ??= 'Equivalent';
  match.namespaceSelector ??= {};
  match.objectSelector ??= {};
  defaultRules(match.resourceRules);
  defaultRules(match.excludeResourceRules);
}

/** Which requests a policy or its binding is about; only a policy has to name resources. */
export function validateMatchResources(match: MatchResources, at: FieldPath, rulesNeeded: boolean): FieldError[] {
  const rules = at.child('resourceRules');
  return [
    ...validateMatchPolicy(at.child('matchPolicy'), match.matchPolicy),
    ...validateLabelSelector(at.child('namespaceSelector'), match.namespaceSelector),
    ...validateLabelSelector(at.child('objectSelector'), match.objectSelector),
    ...validateRules(match.resourceRules, rules),
    ...validateRules(match.excludeResourceRules, at.child('excludeResourceRules')),
    ...(rulesNeeded && !match.resourceRules?.length ? [required(rules)] : []),
  ];
}

/** Match conditions: names, and expressions with what they may name. */
export function validateMatchConditions(
  conditions: readonly MatchCondition[] | undefined,
  list: FieldPath,
  scope: Scope,
): FieldError[] {
  const count = conditions?.length ?? 0;
  const errors = (conditions ?? []).flatMap(({ name, expression }: Partial<MatchCondition>, i) => {
    const at = list.index(i);
    const seen = name && (conditions ?? []).findIndex((other) => other.name === name) < i;
    return [
      ...(expression?.trim()
        ? checkExpression(at.child('expression'), expression, scope, 'bool')
        : [required(at.child('expression'))]),
      ...(name ? qualified(at.child('name'), name) : [required(at.child('name'))]),
      ...(seen ? [duplicate(at.child('name'), name)] : []),
    ];
  });
  return count > MAX_CONDITIONS ? [tooMany(list, count, MAX_CONDITIONS), ...errors] : errors;
}
