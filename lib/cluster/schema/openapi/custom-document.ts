import { createHash } from 'node:crypto';
import { builtInSchema } from '../built-in-types.ts';
import { sharedDescriptions } from '../descriptions.ts';
import { referenceOf, type OpenApiSchema } from '../open-api-schema.ts';
import { forV2, isOpen, listSchema, objectSchema, schemaName, type CustomKindFacts } from './custom-schema.ts';
import { definitions } from './swagger.ts';
import { buildDocument, type GroupVersionFacts, type OperationFacts } from './document.ts';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.';
const SCALE = 'io.k8s.api.autoscaling.v1.Scale';
/** What every document of custom kinds refers to. */
const ALWAYS = ['DeleteOptions', 'Status', 'Patch', 'WatchEvent', 'ListMeta', 'ObjectMeta'].map((name) => META + name);
const PATCHES = ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json'];
const WRITE = ['dryRun', 'fieldManager', 'fieldValidation'];
const LIST = [
  'allowWatchBookmarks',
  'continue',
  'fieldSelector',
  'labelSelector',
  'limit',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'timeoutSeconds',
  'watch',
];
const DELETE = ['dryRun', 'gracePeriodSeconds', 'orphanDependents', 'propagationPolicy'];

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const camel = (text: string) => text.split(/\W/).map(capital).join('');

type Paths = Record<string, Record<string, OperationFacts>>;

function pathsOf(facts: CustomKindFacts): Paths {
  const { group, version, kind, plural, namespaced } = facts;
  const scope = namespaced ? 'Namespaced' : '';
  const id = (verb: string, rest: string) => `${verb}${camel(group)}${capital(version)}${rest}`;
  const gvk = { group, version, kind };
  const inNamespace = namespaced ? ['namespace', 'pretty'] : ['pretty'];
  const operation = (
    verb: string,
    action: string,
    rest: string,
    parameters: readonly string[],
    consumes: readonly string[],
    of = gvk,
  ) => ({
    operationId: id(verb, rest),
    parameters,
    consumes,
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': of,
  });
  const root = `/apis/${group}/${version}`;
  const list = namespaced ? `${root}/namespaces/{namespace}/${plural}` : `${root}/${plural}`;
  const named = ['name', ...inNamespace];
  const one = (rest: string, of = gvk) => ({
    get: operation('read', 'get', rest, named, [], of),
    put: operation('replace', 'put', rest, [...WRITE, ...named], ['*/*'], of),
    patch: operation('patch', 'patch', rest, [...WRITE, 'force', ...named], PATCHES, of),
  });
  const paths: Paths = {
    [list]: {
      get: operation('list', 'list', `${scope}${kind}`, [...LIST, ...inNamespace], []),
      post: operation('create', 'post', `${scope}${kind}`, [...WRITE, ...inNamespace], ['*/*']),
      delete: operation(
        'deleteCollection',
        'deletecollection',
        `${scope}${kind}`,
        [...DELETE, ...inNamespace],
        ['*/*'],
      ),
    },
    [`${list}/{name}`]: {
      ...one(`${scope}${kind}`),
      delete: operation('delete', 'delete', `${scope}${kind}`, [...DELETE, ...named], ['*/*']),
    },
  };
  if (namespaced) {
    paths[`${root}/${plural}`] = { get: operation('list', 'list', `${kind}ForAllNamespaces`, [...LIST, 'pretty'], []) };
  }
  if (facts.status) paths[`${list}/{name}/status`] = one(`${scope}${kind}Status`);
  if (facts.scale) {
    paths[`${list}/{name}/scale`] = one(`${scope}${kind}Scale`, { group: 'autoscaling', version: 'v1', kind: 'Scale' });
  }
  return paths;
}

/** All references below a schema. */
function references(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) for (const v of value) references(v, found);
  else if (typeof value === 'object' && value !== null) {
    const name = referenceOf(value as OpenApiSchema);
    if (name && !found.has(name)) {
      found.add(name);
      references(builtInSchema(name), found);
    }
    for (const v of Object.values(value)) references(v, found);
  }
}

/** A built-in schema as a custom group's document has it: as a part, not as a kind of that group. */
function sharedSchema(name: string, schema: OpenApiSchema): OpenApiSchema {
  const { 'x-go': _, 'x-kubernetes-group-version-kind': kinds, ...rest } = schema;
  return name === SCALE ? { ...rest, 'x-kubernetes-group-version-kind': kinds } : rest;
}

/** What custom kinds add to the definitions of `/openapi/v2`. */
export function customDefinitions(kinds: readonly CustomKindFacts[]): Record<string, OpenApiSchema> {
  const schemas: Record<string, OpenApiSchema> = {};
  for (const facts of kinds) {
    const { group, version, kind } = facts;
    schemas[schemaName(facts, kind)] = isOpen(facts)
      ? { type: 'object', 'x-kubernetes-group-version-kind': [{ group, version, kind }] }
      : forV2(objectSchema(facts));
    schemas[schemaName(facts, facts.listKind)] = listSchema(facts);
  }
  return definitions(schemas);
}

/** The text and hash of the document of a group version that has custom kinds. */
export function customDocument(kinds: readonly CustomKindFacts[]): { text: string; hash: string } {
  const schemas: Record<string, OpenApiSchema> = {};
  const needed = new Set(ALWAYS);
  const paths: Paths = {};
  for (const facts of kinds) {
    schemas[schemaName(facts, facts.kind)] = objectSchema(facts);
    schemas[schemaName(facts, facts.listKind)] = listSchema(facts);
    if (facts.scale) references({ $ref: SCALE }, needed);
    Object.assign(paths, pathsOf(facts));
  }
  for (const name of ALWAYS) references(builtInSchema(name), needed);
  for (const schema of Object.values(schemas)) references(schema, needed);
  for (const name of needed) {
    const schema = builtInSchema(name);
    if (schema) schemas[name] = sharedSchema(name, schema);
  }
  const facts: GroupVersionFacts = { paths, schemas };
  const document = buildDocument(facts, sharedDescriptions(), '');
  const text = JSON.stringify({ ...document, info: { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' } });
  return { text, hash: createHash('sha512').update(text).digest('hex').toUpperCase() };
}
