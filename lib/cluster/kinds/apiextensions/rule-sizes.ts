import { celFieldName, type Sized } from '../../cel/index.ts';
import type { JSONSchemaProps } from '../../schema/generated/types.ts';
import { resourceSchema } from './rule-values.ts';
import { schemaOf } from './schema-parts.ts';

/** No request is longer, in bytes; lengths below count the quotes, too. */
const REQUEST = 3 * 1024 * 1024;
const TEXT = 2;
const BRACKETS = 2;

/** How large the values of a schema may be, and how small when they are written. */
interface SchemaSize extends Sized {
  least: number;
  element?: SchemaSize;
}

const leaf = (least: number, max = 0): SchemaSize => ({ least, max, field: () => undefined });

function textSize({ format, maxLength, enum: values }: JSONSchemaProps): SchemaSize {
  switch (format) {
    case 'byte':
      return leaf(TEXT, maxLength ?? REQUEST - TEXT);
    case 'duration':
      return leaf(3, 32);
    case 'date':
      return leaf(12, 12);
    case 'date-time':
      return leaf(21, 32);
  }
  // A character may have four bytes.
  if (maxLength !== undefined) return leaf(TEXT, maxLength * 4);
  if (!values?.length) return leaf(TEXT, REQUEST - TEXT);
  return leaf(TEXT, Math.max(...values.map((value) => (typeof value === 'string' ? Buffer.byteLength(value) : 0))));
}

function objectSize(schema: JSONSchemaProps): SchemaSize | undefined {
  const additional = schemaOf(schema.additionalProperties);
  if (additional) {
    const element = schemaSize(additional);
    if (!element) return undefined;
    // A key, its quotes, a colon and a comma.
    const max = schema.maxProperties ?? Math.floor((REQUEST - BRACKETS) / (element.least + 6));
    return { least: BRACKETS, max, element, key: leaf(TEXT), field: () => undefined };
  }
  const { properties = {} } = schema['x-kubernetes-embedded-resource'] ? resourceSchema(schema) : schema;
  const fields = new Map<string, SchemaSize>();
  let least = BRACKETS;
  for (const [key, property] of Object.entries(properties)) {
    const size = schemaSize(property);
    const name = celFieldName(key);
    if (size && name !== undefined) fields.set(name, size);
    if (size && schema.required?.includes(key) && property.default === undefined) least += key.length + size.least + 4;
  }
  return { least, max: 0, field: (name) => fields.get(name) };
}

/** Upstream's estimate of the values of a schema (cel/common.SchemaDeclType); undefined for what rules do not see. */
export function schemaSize(schema: JSONSchemaProps): SchemaSize | undefined {
  if (schema['x-kubernetes-int-or-string'])
    return leaf(1, schema.maxLength === undefined ? REQUEST - TEXT : schema.maxLength * 4);
  switch (schema.type) {
    case 'array': {
      const element = schemaSize(schemaOf(schema.items) ?? {});
      if (!element) return undefined;
      const max = schema.maxItems ?? Math.floor((REQUEST - BRACKETS) / (element.least + 1));
      return { least: BRACKETS, max, element, field: () => undefined };
    }
    case 'object':
      return objectSize(schema);
    case 'string':
      return textSize(schema);
    case 'boolean':
      return leaf(4);
    case 'integer':
    case 'number':
      return leaf(1);
    default:
      return undefined;
  }
}

/** How often a value of this size may stand in one request. */
export const mostInRequest = ({ least }: { least: number }): number => Math.floor(REQUEST / (least + 1));
