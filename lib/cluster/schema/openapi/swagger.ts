import { describe, type Descriptions, type GroupVersionFacts } from './document.ts';
import { splitParameters, type Parameter } from './parameters.ts';

/** OpenAPI v2 has its references elsewhere, no `allOf` round one of them, and no `oneOf`. */
function definition(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(definition);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { allOf, oneOf, default: _, ...rest } = schema as Record<string, unknown>;
  const [only] = Array.isArray(allOf) ? (allOf as Record<string, unknown>[]) : [];
  const merged: Record<string, unknown> = { ...rest, ...only, ...(Array.isArray(oneOf) ? { type: 'string' } : {}) };
  return Object.fromEntries(
    Object.entries(merged).map(([key, value]) => [
      key,
      key === '$ref' ? String(value).replace('#/components/schemas/', '#/definitions/') : definition(value),
    ]),
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
  const definitions: Record<string, unknown> = {};
  for (const { paths: ours, schemas } of all) {
    for (const [name, s] of Object.entries(schemas)) definitions[name] ??= definition(describe(s, descriptions[name]));
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
  return { swagger: '2.0', info: { title: 'Kubernetes', version }, paths, definitions };
}
