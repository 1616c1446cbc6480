import type { Scope } from '../../cel/index.ts';
import { invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { mutatingadmissionpolicies, mutatingadmissionpolicybindings } from '../../schema/generated/resources.ts';
import type {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  Mutation,
  NamedRuleWithOperations,
} from '../../schema/generated/types.ts';
import { age, column, name } from '../shared/columns.ts';
import { defineKind } from '../define.ts';
import { defaultMatchResources, validateReinvocation } from './admission-matching.ts';
import { checkExpression } from './expressions.ts';
import { policyScopes, showParamKind, showParamRef, validateBinding, validatePolicy } from './policy-parts.ts';

const SPEC = FieldPath.of('spec');
const MUTATIONS = SPEC.child('mutations');
/** What the expression of each kind of patch makes. */
const RESULTS = { jsonPatch: 'list(JSONPatch)', applyConfiguration: 'Object' };
const PATCH_TYPES = ['ApplyConfiguration', 'JSONPatch'];

/** What is deleted cannot be changed. */
function validateOperations(rules: readonly NamedRuleWithOperations[] | undefined): FieldError[] {
  const at = SPEC.child('matchConstraints', 'resourceRules', 'operations');
  return (rules ?? []).flatMap(({ operations = [] }) =>
    operations.includes('DELETE') ? [notSupported(at, 'DELETE', ['*', 'CONNECT', 'CREATE', 'UPDATE'])] : [],
  );
}

/** The type of a patch and the one field that goes with it. */
function validateMutation(
  { patchType, applyConfiguration, jsonPatch }: Partial<Mutation>,
  at: FieldPath,
  scope: Scope,
): FieldError[] {
  if (!patchType) return [required(at.child('patchType'))];
  if (!PATCH_TYPES.includes(patchType)) return [notSupported(at.child('patchType'), patchType, PATCH_TYPES)];
  const patches = { applyConfiguration, jsonPatch };
  const [key, other] =
    patchType === 'JSONPatch'
      ? (['jsonPatch', 'applyConfiguration'] as const)
      : (['applyConfiguration', 'jsonPatch'] as const);
  const patch = patches[key];
  const errors: FieldError[] = [];
  if (!patch) errors.push(required(at.child(key), `must be specified when patchType is ${patchType}`));
  if (patches[other])
    errors.push(invalid(at.child(other), `{${other}}`, `must not be specified when patchType is ${patchType}`));
  const expression = at.child(key, 'expression');
  if (patch && !patch.expression?.trim()) errors.push(required(expression, 'expression is not specified'));
  else if (patch?.expression) errors.push(...checkExpression(expression, patch.expression, scope, RESULTS[key]));
  return errors;
}

export const mutatingAdmissionPolicy = defineKind<MutatingAdmissionPolicy>({
  resource: mutatingadmissionpolicies,
  generation: true,
  unconditionalUpdate: false,
  defaults({ spec }) {
    spec.failurePolicy ??= 'Fail';
    defaultMatchResources(spec.matchConstraints);
  },
  validate({ spec }) {
    const { mutations = [], reinvocationPolicy } = spec;
    const scopes = policyScopes(spec, true);
    return [
      ...validatePolicy(spec, scopes),
      ...validateOperations(spec.matchConstraints?.resourceRules),
      ...(mutations.length === 0 ? [required(MUTATIONS, 'mutations must contain at least one item')] : []),
      ...mutations.flatMap((one, i) => validateMutation(one, MUTATIONS.index(i), scopes.scope)),
      ...(reinvocationPolicy
        ? validateReinvocation(SPEC.child('reinvocationPolicy'), reinvocationPolicy)
        : [required(SPEC.child('reinvocationPolicy'))]),
    ];
  },
  columns: [
    name(),
    column('Mutations', 'integer', 'How many mutations the policy makes.', ({ spec }) => spec.mutations?.length ?? 0),
    column('ParamKind', 'string', 'The kind of the parameters of the policy.', (o) => showParamKind(o.spec.paramKind)),
    age(),
  ],
});

export const mutatingAdmissionPolicyBinding = defineKind<MutatingAdmissionPolicyBinding>({
  resource: mutatingadmissionpolicybindings,
  generation: true,
  unconditionalUpdate: false,
  defaults({ spec }) {
    defaultMatchResources(spec.matchResources);
  },
  validate: ({ spec }) => validateBinding(spec),
  columns: [
    name(),
    column('PolicyName', 'string', 'The policy this binding activates.', ({ spec }) => spec.policyName ?? ''),
    column('ParamRef', 'string', 'The parameters this binding gives to the policy.', ({ spec }) =>
      showParamRef(spec.paramRef),
    ),
    age(),
  ],
});
