import type { Descriptions } from '../descriptions.ts';
import type { OpenApiSchema } from '../open-api-schema.ts';
import {
  JSON_TYPES,
  STREAM_TYPES,
  describe,
  operationTypes,
  schemasByKind,
  tagOf,
  type GroupVersionFacts,
  type OperationFacts,
} from './document.ts';
import { splitParameters, type Parameter } from './parameters.ts';

/** OpenAPI v2 has its references elsewhere, no `allOf` round one of them, no `oneOf`, and Kubernetes gives it no defaults. */
function definition(schema: OpenApiSchema): OpenApiSchema {
  const { allOf, oneOf, default: _, 'x-go': __, $ref = allOf?.[0]?.$ref, ...rest } = schema;
  const { properties, items, additionalProperties } = schema;
  return {
    ...rest,
    ...(oneOf ? { type: 'string' } : {}),
    ...($ref ? { $ref: $ref.replace('#/components/schemas/', '#/definitions/') } : {}),
    ...(items ? { items: definition(items) } : {}),
    ...(typeof additionalProperties === 'object' ? { additionalProperties: definition(additionalProperties) } : {}),
    ...(properties ? { properties: definitions(properties) } : {}),
  };
}

/** Schemas by name, in v2's form. */
export const definitions = (schemas: Readonly<Record<string, OpenApiSchema>>): Record<string, OpenApiSchema> =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, definition(schema)]));

const ref = (name: string) => ({ $ref: `#/definitions/${name}` });
const v2Parameter = ({ schema, ...rest }: Parameter) => ({ ...rest, ...schema });

/** Answers by status. Those of a write may say that the object was made, or will be. */
function responses(method: string, action: string | undefined, answer: string | undefined) {
  const body = answer ? { schema: ref(answer) } : { schema: { type: 'string' } };
  const created = ['post', 'put', 'patch'].includes(method) && action !== 'connect';
  const accepted = (method === 'post' && action !== 'connect') || action === 'delete';
  return {
    '200': { description: 'OK', ...body },
    ...(created ? { '201': { description: 'Created', ...body } } : {}),
    ...(accepted ? { '202': { description: 'Accepted', ...body } } : {}),
    '401': { description: 'Unauthorized' },
  };
}

function operation(method: string, path: string, facts: OperationFacts, kinds: ReadonlyMap<string, string>) {
  const { consumes, operationId, parameters, ...extensions } = facts;
  const action = facts['x-kubernetes-action'];
  const { answer, body } = operationTypes(method, path, facts, kinds);
  const bodyParameter = body && {
    name: 'body',
    in: 'body',
    ...(method === 'delete' ? {} : { required: true }),
    schema: ref(body),
  };
  const produces = action === 'list' || action?.startsWith('watch') ? [...JSON_TYPES, ...STREAM_TYPES] : JSON_TYPES;
  return {
    consumes: consumes.length ? consumes : ['*/*'],
    produces: action === 'connect' ? ['*/*'] : produces,
    schemes: ['https'],
    tags: [tagOf(path)],
    operationId,
    parameters: [
      ...(bodyParameter ? [bodyParameter] : []),
      ...splitParameters(path, parameters).own.map((p) => v2Parameter(p)),
    ],
    responses: responses(method, action, answer),
    ...extensions,
  };
}

/** The document of `/openapi/v2`, of all built-in group versions. The definitions are its last member. */
export function buildSwagger(
  all: readonly GroupVersionFacts[],
  descriptions: Descriptions,
  version: string,
): Record<string, unknown> {
  const paths: Record<string, unknown> = {};
  const defined: Record<string, OpenApiSchema> = {};
  for (const { paths: ours, schemas } of all) {
    for (const [name, s] of Object.entries(schemas)) defined[name] ??= definition(describe(s, descriptions[name]));
    const kinds = schemasByKind(schemas);
    for (const [path, methods] of Object.entries(ours)) {
      const operations = Object.entries(methods).map(([method, op]) => [method, operation(method, path, op, kinds)]);
      const shared = Object.values(methods).flatMap((op) => splitParameters(path, op.parameters).shared);
      const byName = new Map(shared.map((p) => [p.name, v2Parameter(p)]));
      paths[path] = {
        ...(Object.fromEntries(operations) as Record<string, unknown>),
        ...(byName.size ? { parameters: [...byName.values()] } : {}),
      };
    }
  }
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version },
    paths,
    securityDefinitions: {
      BearerToken: { description: 'Bearer Token authentication', type: 'apiKey', name: 'authorization', in: 'header' },
    },
    security: [{ BearerToken: [] }],
    definitions: defined,
  };
}
