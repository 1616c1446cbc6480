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
import { showParamKind, showParamRef, validateBinding, validatePolicy } from './policy-parts.ts';

const SPEC = FieldPath.of('spec');
const MUTATIONS = SPEC.child('mutations');
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
  if (patch && !patch.expression?.trim())
    errors.push(required(at.child(key, 'expression'), 'expression is not specified'));
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
    return [
      ...validatePolicy(spec),
      ...validateOperations(spec.matchConstraints?.resourceRules),
      ...(mutations.length === 0 ? [required(MUTATIONS, 'mutations must contain at least one item')] : []),
      ...mutations.flatMap((one, i) => validateMutation(one, MUTATIONS.index(i))),
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
