import { admissionScope, withVariables } from '../../cel/index.ts';
import { duplicate, forbidden, invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { cIdentifier, dns1035Label, dns1123Subdomain } from '../../machinery/names.ts';
import { nameIsPathSegment } from '../../machinery/names-of-objects.ts';
import { parseApiVersion } from '../../machinery/resource.ts';
import type { MatchCondition, MatchResources, ParamKind, ParamRef, Variable } from '../../schema/generated/types.ts';
import { complaints, subdomainName, validateLabelSelector } from '../shared/field-rules.ts';
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

/** `group/version` or `version`, each complaint about its part. */
function validateGroupVersion(apiVersion: string, at: FieldPath): FieldError[] {
  if (apiVersion.split('/').length > 2)
    return [invalid(at, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)];
  const { group, version } = apiVersion === '/' ? { group: '', version: '' } : parseApiVersion(apiVersion);
  const whole = (part: string, complaints: readonly string[]) =>
    complaints.length ? [invalid(at, part, complaints.join(','))] : [];
  return [
    ...(group ? whole(group, dns1123Subdomain(group)) : []),
    ...(version ? whole(version, dns1035Label(version)) : [invalid(at, apiVersion, 'version must be specified')]),
  ];
}

function validateParamKind({ apiVersion, kind }: ParamKind): FieldError[] {
  const at = SPEC.child('paramKind');
  const errors = apiVersion
    ? validateGroupVersion(apiVersion, at.child('apiVersion'))
    : [required(at.child('apiVersion'))];
  const wrongKind = dns1035Label((kind ?? '').toLowerCase());
  if (!kind) errors.push(required(at.child('kind')));
  else if (wrongKind.length > 0) {
    const why = `may have mixed case, but should otherwise match: ${wrongKind.join(',')}`;
    errors.push(invalid(at.child('kind'), kind, why));
  }
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

function validateParamRef({ name, selector, parameterNotFoundAction }: ParamRef): FieldError[] {
  const at = SPEC.child('paramRef');
  const action = at.child('parameterNotFoundAction');
  const errors: FieldError[] = [];
  if (name) errors.push(...complaints(at.child('name'), name, nameIsPathSegment(name, false)));
  if (name && selector) errors.push(forbidden(at.child('name'), EXCLUSIVE));
  errors.push(...validateLabelSelector(at.child('selector'), selector));
  if (name && selector) errors.push(forbidden(at.child('selector'), EXCLUSIVE));
  if (!name && !selector) errors.push(required(at, 'one of name or selector must be specified'));
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
  return values.flatMap((value, i) => [
    ...(supported.includes(value) ? [] : [notSupported(list.index(i), value, supported)]),
    ...(values.indexOf(value) < i ? [duplicate(list.index(i), value)] : []),
  ]);
}
