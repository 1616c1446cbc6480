import { BOOL, celFieldName, DYN, fromJson, INT, listOf, mapOf, STRING, type CelType } from '../../cel/index.ts';
import { isJsonObject } from '../../machinery/object.ts';
import type { JSONSchemaProps } from '../../schema/generated/types.ts';
import { schemaOf } from './schema-parts.ts';

const isTimestamp = ({ type, format }: JSONSchemaProps) =>
  type === 'string' && (format === 'date-time' || format === 'date');

/** What every object has that is a whole resource, whatever its schema says. */
const METADATA: JSONSchemaProps = {
  type: 'object',
  properties: { name: { type: 'string' }, generateName: { type: 'string' } },
};
const RESOURCE = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: METADATA };

/** The schema of a definition's root as its rules see it. */
export const resourceSchema = (schema: JSONSchemaProps): JSONSchemaProps => ({
  ...schema,
  properties: { ...schema.properties, ...RESOURCE },
});

function objectType(schema: JSONSchemaProps): CelType {
  const { properties } = schema['x-kubernetes-embedded-resource'] ? resourceSchema(schema) : schema;
  const additional = schemaOf(schema.additionalProperties);
  if (!properties) {
    if (additional) return mapOf(STRING, schemaType(additional));
    if (schema.additionalProperties || schema['x-kubernetes-preserve-unknown-fields']) return mapOf(STRING, DYN);
  }
  const fields = new Map<string, CelType>();
  for (const [key, one] of Object.entries(properties ?? {})) {
    const name = celFieldName(key);
    if (name !== undefined) fields.set(name, schemaType(one));
  }
  return { kind: 'object', name: 'object', field: (name) => fields.get(name) };
}

/** The type that rules see of the values of a schema. */
export function schemaType(schema: JSONSchemaProps): CelType {
  if (schema['x-kubernetes-int-or-string']) return DYN;
  switch (schema.type) {
    case 'object':
      return objectType(schema);
    case 'array':
      return listOf(schemaType(schemaOf(schema.items) ?? {}));
    case 'integer':
      return INT;
    case 'number':
      return { kind: 'double' };
    case 'boolean':
      return BOOL;
    case 'string':
      return isTimestamp(schema) ? { kind: 'timestamp' } : STRING;
    default:
      return DYN;
  }
}

/** A value as rules see it: fields by their names in expressions, numbers and times by the schema. */
export function ruleValue(schema: JSONSchemaProps | undefined, value: unknown): unknown {
  if (!schema || schema['x-kubernetes-int-or-string']) return fromJson(value);
  if (Array.isArray(value)) return value.map((one) => ruleValue(schemaOf(schema.items), one));
  if (isJsonObject(value)) {
    const additional = schemaOf(schema.additionalProperties);
    const entries = Object.entries(value).flatMap(([key, one]): [string, unknown][] => {
      if (one === undefined) return [];
      const own = schema.properties?.[key];
      const name = schema.properties ? celFieldName(key) : key;
      return name === undefined ? [] : [[name, ruleValue(own ?? additional, one)]];
    });
    return Object.fromEntries(entries);
  }
  if (typeof value === 'number') return schema.type === 'number' ? value : fromJson(value);
  return typeof value === 'string' && isTimestamp(schema) ? new Date(value) : (value ?? null);
}
