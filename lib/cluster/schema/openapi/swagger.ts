import { describe, type Descriptions, type GroupVersionFacts } from './document.ts';
import { splitParameters, type Parameter } from './parameters.ts';

type Plain = Record<string, unknown>;

const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Schemas by name, in v2's form. */
export const definitions = (schemas: Plain): Plain =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, definition(schema)]));

/** OpenAPI v2 has its references elsewhere, no `allOf` round one of them, and no `oneOf`. */
function definition(schema: unknown): unknown {
  if (!isPlain(schema)) return schema;
  const { allOf, oneOf, default: _, ...rest } = schema;
  const [only] = Array.isArray(allOf) ? (allOf as Plain[]) : [];
  const merged: Plain = { ...rest, ...only, ...(Array.isArray(oneOf) ? { type: 'string' } : {}) };
  return Object.fromEntries(
    Object.entries(merged).map(([key, value]) => {
      if (key === '$ref') return [key, String(value).replace('#/components/schemas/', '#/definitions/')];
      if (key === 'properties' && isPlain(value)) return [key, definitions(value)];
      return [key, key === 'items' || key === 'additionalProperties' ? definition(value) : value];
    }),
  );
}

const v2Parameter = ({ schema, ...rest }: Parameter) => ({ ...rest, ...schema });

/** The one document of `/openapi/v2`, of all built-in group versions. */
export function buildSwagger(
  all: readonly GroupVersionFacts[],
  descriptions: Descriptions,
  version: string,
): Record<string, unknown> {
  const paths: Record<string, unknown> = {};
  const defined: Record<string, unknown> = {};
  for (const { paths: ours, schemas } of all) {
    for (const [name, s] of Object.entries(schemas)) defined[name] ??= definition(describe(s, descriptions[name]));
    for (const [path, methods] of Object.entries(ours)) {
      const item: Record<string, unknown> = {};
      for (const [method, op] of Object.entries(methods)) {
        const { shared, own } = splitParameters(path, op.parameters);
        const { consumes, operationId, parameters: __, ...extensions } = op;
        item[method] = {
          operationId,
          consumes,
          produces: ['application/json', 'application/yaml'],
          schemes: ['https'],
          parameters: [...shared, ...own].map(v2Parameter),
          responses: { '200': { description: 'OK' }, '401': { description: 'Unauthorized' } },
          ...extensions,
        };
      }
      paths[path] = item;
    }
  }
  return { swagger: '2.0', info: { title: 'Kubernetes', version }, paths, definitions: defined };
}
