import type { Scope } from './checker.ts';
import { AUTHORIZER_TYPE, RESOURCE_CHECK_TYPE } from './library/authorizer.ts';
import { compile, type Compilation } from './compile.ts';
import { BOOL, DYN, listOf, mapOf, STRING, type CelType } from './type.ts';

const fieldsOf = (name: string, fields: Readonly<Record<string, CelType>>): CelType => ({
  kind: 'object',
  name,
  field: (key) => fields[key],
});

const named = (name: string, ...keys: string[]) => fieldsOf(name, Object.fromEntries(keys.map((k) => [k, STRING])));
const KIND = named('kubernetes.GroupVersionKind', 'group', 'version', 'kind');
const RESOURCE = named('kubernetes.GroupVersionResource', 'group', 'version', 'resource');

const REQUEST = fieldsOf('kubernetes.AdmissionRequest', {
  kind: KIND,
  resource: RESOURCE,
  subResource: STRING,
  requestKind: KIND,
  requestResource: RESOURCE,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: fieldsOf('kubernetes.UserInfo', {
    username: STRING,
    uid: STRING,
    groups: listOf(STRING),
    extra: mapOf(STRING, listOf(STRING)),
  }),
  dryRun: BOOL,
  options: DYN,
});

/** Asks on behalf of who made the request; only its functions look into it, but for one field. */
const AUTHORIZER: CelType = {
  kind: 'object',
  name: AUTHORIZER_TYPE,
  field: (name) => (name === 'requestResource' ? { kind: 'opaque', name: RESOURCE_CHECK_TYPE } : undefined),
};

const JSON_PATCH = fieldsOf('JSONPatch', { op: STRING, path: STRING, from: STRING, value: DYN });

/** Struct types of a mutating policy's expressions. The fields of `Object` are the resource's, which is not known here. */
const MUTATION_STRUCTS = new Map<string, CelType>([
  ['JSONPatch', JSON_PATCH],
  ['Object.*', { kind: 'object', name: 'Object', field: () => DYN }],
]);

/** What differs between the expressions of admission. */
export interface AdmissionExpressions {
  hasParams: boolean;
  /** Whether `Object{…}` and `JSONPatch{…}` may be made. */
  mutates?: boolean;
  /** The type of `object` and `oldObject`, when it is known. */
  object?: CelType;
  /** The type of `params`, when it is known. */
  params?: CelType;
}

/** A policy's variable and its expression, compiled with the variables before it. */
export interface CompiledVariable {
  name: string;
  compiled: Compilation;
}

/** Names and types that the expressions of an admission policy or a webhook's match conditions see. */
export function admissionScope({ hasParams, mutates, object = DYN, params = DYN }: AdmissionExpressions): Scope {
  const variables = new Map<string, CelType>([
    ['object', object],
    ['oldObject', object],
    ['request', REQUEST],
    ['namespaceObject', DYN],
    ['authorizer', AUTHORIZER],
    ...(hasParams ? [['params', params] as const] : []),
  ]);
  return { variables, ...(mutates ? { structs: MUTATION_STRUCTS } : {}) };
}

/** A scope with a policy's own variables; each of them sees those before it. */
export function withVariables(
  scope: Scope,
  variables: readonly { name: string; expression: string }[],
): { scope: Scope; compiled: CompiledVariable[] } {
  const types = new Map<string, CelType>();
  const variablesType: CelType = { kind: 'object', name: 'kubernetes.variables', field: (name) => types.get(name) };
  const inner: Scope = variables.length
    ? { ...scope, variables: new Map(scope.variables).set('variables', variablesType) }
    : scope;
  const compiled = variables.map(({ name, expression }) => {
    const one = compile(expression, inner);
    types.set(name, one.ok ? one.program.type : DYN);
    return { name, compiled: one };
  });
  return { scope: inner, compiled };
}
