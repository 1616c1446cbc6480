import type { Descriptions } from '../descriptions.ts';
import type { OpenApiSchema } from '../open-api-schema.ts';
import { splitParameters, type Parameter } from './parameters.ts';

export interface Gvk {
  group: string;
  version: string;
  kind: string;
}

/** An operation as the facts have it. */
export interface OperationFacts {
  operationId: string;
  parameters: readonly string[];
  consumes: readonly string[];
  'x-kubernetes-action'?: string;
  'x-kubernetes-group-version-kind'?: Gvk;
}

export interface GroupVersionFacts {
  paths: Readonly<Record<string, Readonly<Record<string, OperationFacts>>>>;
  schemas: Readonly<Record<string, OpenApiSchema>>;
}

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.';
export const JSON_TYPES = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/cbor',
];
export const STREAM_TYPES = [
  'application/json;stream=watch',
  'application/vnd.kubernetes.protobuf;stream=watch',
  'application/cbor-seq',
];

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const contents = (types: readonly string[], schema: unknown) => Object.fromEntries(types.map((t) => [t, { schema }]));

/** Finds the schema of a kind in a document: by its gvk, which lists and options have too. */
export function schemasByKind(schemas: Readonly<Record<string, OpenApiSchema>>): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, schema] of Object.entries(schemas)) {
    for (const { group, version, kind } of schema['x-kubernetes-group-version-kind'] ?? []) {
      found.set(`${group}/${version}/${kind}`, name);
    }
  }
  return found;
}

/** What a path that is no kind's tells of: the server, its groups, a group, a group version. */
function overviewType(path: string): string {
  if (path === '/version/') return 'io.k8s.apimachinery.pkg.version.Info';
  if (path === '/api/') return `${META}APIVersions`;
  if (path === '/apis/') return `${META}APIGroupList`;
  return /^\/apis\/[^/]+\/$/.test(path) ? `${META}APIGroup` : `${META}APIResourceList`;
}

/** The names of the schemas that an operation answers with, and that it takes; absent where it has none. */
export function operationTypes(
  method: string,
  path: string,
  facts: OperationFacts,
  kinds: ReadonlyMap<string, string>,
): { answer?: string | undefined; body?: string | undefined } {
  const action = facts['x-kubernetes-action'];
  const gvk = facts['x-kubernetes-group-version-kind'];
  const schemaOf = (kind: string) => gvk && kinds.get(`${gvk.group}/${gvk.version}/${kind}`);
  const answered = () => {
    if (!gvk) return overviewType(path);
    if (action === 'watch' || action === 'watchlist') return `${META}WatchEvent`;
    if (action === 'delete' || action === 'deletecollection') return `${META}Status`;
    return schemaOf(action === 'list' ? `${gvk.kind}List` : gvk.kind);
  };
  const body = () => {
    if (method === 'patch') return `${META}Patch`;
    if (method === 'delete') return `${META}DeleteOptions`;
    return gvk && schemaOf(gvk.kind);
  };
  return {
    answer: action === 'connect' ? undefined : answered(),
    body: facts.consumes.length ? body() : undefined,
  };
}

function operation(
  method: string,
  path: string,
  facts: OperationFacts,
  own: readonly Parameter[],
  kinds: ReadonlyMap<string, string>,
) {
  const action = facts['x-kubernetes-action'];
  const gvk = facts['x-kubernetes-group-version-kind'];
  const { answer, body } = operationTypes(method, path, facts, kinds);
  const types = action === 'list' || action?.startsWith('watch') ? [...JSON_TYPES, ...STREAM_TYPES] : JSON_TYPES;
  const ok = {
    description: 'OK',
    content: answer ? contents(types, ref(answer)) : contents(['*/*'], { type: 'string' }),
  };
  return {
    tags: [tagOf(path)],
    operationId: facts.operationId,
    ...(own.length ? { parameters: own } : {}),
    ...(body
      ? {
          requestBody: {
            content: contents(facts.consumes, ref(body)),
            ...(method === 'delete' ? {} : { required: true }),
          },
        }
      : {}),
    responses: {
      '200': ok,
      ...(method === 'post' || method === 'put' || method === 'patch'
        ? { '201': { ...ok, description: 'Created' } }
        : {}),
      ...(method === 'post' ? { '202': { ...ok, description: 'Accepted' } } : {}),
      '401': { description: 'Unauthorized' },
    },
    ...(action ? { 'x-kubernetes-action': action } : {}),
    ...(gvk ? { 'x-kubernetes-group-version-kind': gvk } : {}),
  };
}

/** `/apis/apps/v1/…` → `apps_v1`, `/apis/apps/` → `apps`, `/api/v1/…` → `core_v1`. */
export function tagOf(path: string): string {
  const [root = '', ...parts] = path.split('/').filter((part) => part !== '');
  if (root === 'api') return ['core', ...parts.slice(0, 1)].join('_');
  const [group, version] = parts;
  if (root !== 'apis' || group === undefined) return root;
  const short = group.replace(/\.k8s\.io$/, '').replace(/\W(\w)/g, (_, c: string) => c.toUpperCase());
  return version === undefined ? short : `${short}_${version}`;
}

/** A schema with its descriptions. */
export function describe(schema: OpenApiSchema, texts: Readonly<Record<string, string>> = {}): OpenApiSchema {
  const { properties, ...rest } = schema;
  const described = Object.entries(properties ?? {}).map(([name, property]) => {
    const text = texts[name];
    return [name, text && !property.description ? { description: text, ...property } : property] as const;
  });
  return {
    ...(texts[''] ? { description: texts[''] } : {}),
    ...rest,
    ...(properties ? { properties: Object.fromEntries(described) } : {}),
  };
}

/** The OpenAPI v3 document of one group version, as `/openapi/v3/apis/<group>/<version>` serves it. */
export function buildDocument(
  facts: GroupVersionFacts,
  descriptions: Descriptions,
  version: string,
): Record<string, unknown> {
  const kinds = schemasByKind(facts.schemas);
  const paths = Object.entries(facts.paths).map(([path, methods]) => {
    const shared = new Map<string, Parameter>();
    const item: Record<string, unknown> = {};
    for (const [method, op] of Object.entries(methods)) {
      const split = splitParameters(path, op.parameters);
      for (const p of split.shared) shared.set(p.name, p);
      item[method] = operation(method, path, op, split.own, kinds);
    }
    return [path, shared.size ? { ...item, parameters: [...shared.values()] } : item] as const;
  });
  const schemas = Object.entries(facts.schemas).map(([name, s]) => [name, describe(s, descriptions[name])] as const);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version },
    paths: Object.fromEntries(paths),
    components: {
      schemas: Object.fromEntries(schemas),
      securitySchemes: { BearerToken: { type: 'apiKey', in: 'header', name: 'authorization' } },
    },
  };
}
