import { deepEqual } from '../../../kit/deep.ts';
import { admissionScope, withVariables } from '../../cel/index.ts';
import { duplicate, forbidden, invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { cIdentifier } from '../../machinery/names.ts';
import type { MatchCondition, MatchResources, ParamKind, ParamRef, Variable } from '../../schema/generated/types.ts';
import { subdomainName, validateLabelSelector } from '../shared/field-rules.ts';
import { validateFailurePolicy, validateMatchConditions, validateMatchResources } from './admission-matching.ts';

const SPEC = FieldPath.of('spec');
const EXCLUSIVE = 'name and selector are mutually exclusive';

interface PolicySpec {
  failurePolicy?: string;
  matchConditions?: MatchCondition[];
  matchConstraints?: MatchResources;
  paramKind?: ParamKind;
  variables?: Variable[];
}

interface BindingSpec {
  policyName?: string;
  paramRef?: ParamRef;
  matchResources?: MatchResources;
}

function validateParamKind({ apiVersion, kind }: ParamKind): FieldError[] {
  const at = SPEC.child('paramKind');
  const slashes = (apiVersion ?? '').split('/').length - 1;
  const errors: FieldError[] = [];
  if (!apiVersion) errors.push(required(at.child('apiVersion')));
  else if (slashes > 1)
    errors.push(invalid(at.child('apiVersion'), apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  if (!kind) errors.push(required(at.child('kind')));
  return errors;
}

function validateVariables(
  variables: readonly Variable[],
  { compiled }: ReturnType<typeof withVariables>,
): FieldError[] {
  return variables.flatMap(({ name, expression }: Partial<Variable>, i) => {
    const at = SPEC.child('variables').index(i);
    const made = compiled[i]?.compiled;
    const errors: FieldError[] = [];
    if (!name?.trim()) errors.push(required(at.child('name'), 'name is not specified'));
    else if (cIdentifier(name).length > 0)
      errors.push(invalid(at.child('name'), name, 'must be a valid CEL identifier'));
    if (!expression?.trim()) errors.push(required(at.child('expression'), 'expression is not specified'));
    else if (made && !made.ok)
      errors.push(invalid(at.child('expression'), expression, `compilation failed: ${made.error}`));
    return errors;
  });
}

/** What a policy's expressions may name: outside of its validations and mutations, and within them. */
export function policyScopes({ paramKind, variables = [] }: PolicySpec, mutates: boolean) {
  const outer = admissionScope({ hasParams: paramKind !== undefined, mutates });
  return { outer, ...withVariables(outer, variables) };
}

/** What validating and mutating policies have in common. */
export function validatePolicy(spec: PolicySpec, scopes: ReturnType<typeof policyScopes>): FieldError[] {
  const match = SPEC.child('matchConstraints');
  return [
    ...validateFailurePolicy(SPEC.child('failurePolicy'), spec.failurePolicy),
    ...(spec.paramKind ? validateParamKind(spec.paramKind) : []),
    ...(spec.matchConstraints ? validateMatchResources(spec.matchConstraints, match, true) : [required(match)]),
    ...validateMatchConditions(spec.matchConditions, SPEC.child('matchConditions'), scopes.outer),
    ...validateVariables(spec.variables ?? [], scopes),
  ];
}

function validateParamRef({ name, namespace, selector, parameterNotFoundAction }: ParamRef): FieldError[] {
  const at = SPEC.child('paramRef');
  const action = at.child('parameterNotFoundAction');
  const errors: FieldError[] = [];
  if (name && selector) errors.push(forbidden(at.child('name'), EXCLUSIVE), forbidden(at.child('selector'), EXCLUSIVE));
  else if (name) errors.push(...subdomainName(at.child('name'), name));
  else if (selector) errors.push(...validateLabelSelector(at.child('selector'), selector));
  else errors.push(required(at, 'one of name or selector must be specified'));
  if (namespace) errors.push(...subdomainName(at.child('namespace'), namespace));
  if (!parameterNotFoundAction) errors.push(required(action));
  else if (!['Deny', 'Allow'].includes(parameterNotFoundAction))
    errors.push(notSupported(action, parameterNotFoundAction, ['Deny', 'Allow']));
  return errors;
}

/** What the bindings of both kinds of policy have in common. */
export function validateBinding({ policyName, paramRef, matchResources }: BindingSpec): FieldError[] {
  const at = SPEC.child('policyName');
  return [
    ...(policyName ? subdomainName(at, policyName) : [required(at)]),
    ...(paramRef ? validateParamRef(paramRef) : []),
    ...(matchResources ? validateMatchResources(matchResources, SPEC.child('matchResources'), false) : []),
  ];
}

/** How a binding's parameters are shown: `namespace/name`, the selector's sign or `<unset>`. */
export function showParamRef(ref: ParamRef | undefined): string {
  if (!ref) return '<unset>';
  const { name, namespace, selector } = ref;
  const what = name ?? (selector ? '*' : '');
  return namespace ? `${namespace}/${what}` : what;
}

export const showParamKind = (kind: ParamKind | undefined): string =>
  kind ? `${kind.apiVersion ?? ''}/${kind.kind ?? ''}` : '<unset>';

/** Each value from a set, once. */
export function distinctOneOf(values: readonly string[], supported: readonly string[], list: FieldPath): FieldError[] {
  return values.flatMap((value, i) => {
    if (values.findIndex((other) => deepEqual(other, value)) < i) return [duplicate(list.index(i), value)];
    return supported.includes(value) ? [] : [notSupported(list.index(i), value, supported)];
  });
}
