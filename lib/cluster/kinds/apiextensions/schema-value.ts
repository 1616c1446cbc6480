import { deepEqual } from '../../../kit/deep.ts';
import {
  duplicate,
  invalid,
  notSupported,
  required,
  tooLong,
  tooMany,
  typeInvalid,
  type FieldError,
} from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import { goRegExp } from '../../machinery/go-regexp.ts';
import { isJsonObject, type JsonObject } from '../../machinery/object.ts';
import type { JSONSchemaProps } from '../../schema/generated/types.ts';
import { itemBefore, schemaOf, sortedEntries } from './schema-parts.ts';

function typeOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value === 'object' ? 'object' : typeof value;
}

function typeAllowed(schema: JSONSchemaProps, actual: string): boolean {
  if (actual === 'null' && schema.nullable) return true;
  if (schema['x-kubernetes-int-or-string']) return actual === 'integer' || actual === 'string';
  return !schema.type || schema.type === actual || (schema.type === 'number' && actual === 'integer');
}

const inBody = (at: FieldPath) => `${at.toString()} in body`;

function checkNumber(schema: JSONSchemaProps, value: number, at: FieldPath): FieldError[] {
  const { maximum, minimum, multipleOf, exclusiveMaximum, exclusiveMinimum } = schema;
  const errors: FieldError[] = [];
  const say = (text: string) => errors.push(invalid(at, value, `${inBody(at)} should be ${text}`));
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf)) say(`a multiple of ${multipleOf}`);
  if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum))
    say(`less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`);
  if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum))
    say(`greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`);
  return errors;
}

function matches(pattern: string, value: string): boolean {
  try {
    return goRegExp(pattern).test(value);
  } catch {
    return true;
  }
}

const OCTET = '(25[0-5]|2[0-4]\\d|1?\\d?\\d)';

/** The formats that can be told apart by shape; others are accepted. */
const FORMATS: Readonly<Record<string, RegExp>> = {
  date: /^\d{4}-(0\d|1[0-2])-([0-2]\d|3[01])$/,
  'date-time': /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/,
  email: /^[^@\s]+@[^@\s]+$/,
  ipv4: new RegExp(`^${OCTET}(\\.${OCTET}){3}$`),
  ipv6: /^[\da-fA-F:.]*:[\da-fA-F:.]*$/,
  uuid: /^[\da-f]{8}-?[\da-f]{4}-?[\da-f]{4}-?[\da-f]{4}-?[\da-f]{12}$/i,
  hostname: /^([a-zA-Z\d]([a-zA-Z\d-]{0,61}[a-zA-Z\d])?\.?)+$/,
  byte: /^[A-Za-z\d+/]*={0,2}$/,
};

function checkText(schema: JSONSchemaProps, value: string, at: FieldPath): FieldError[] {
  const { maxLength, minLength, pattern, format } = schema;
  const length = Array.from(value).length;
  const errors: FieldError[] = [];
  // Of length and pattern the first that does not fit is told.
  if (maxLength !== undefined && length > maxLength) errors.push(tooLong(at, maxLength));
  else if (minLength !== undefined && length < minLength)
    errors.push(invalid(at, value, `${inBody(at)} should be at least ${minLength} chars long`));
  else if (pattern && !matches(pattern, value))
    errors.push(invalid(at, value, `${inBody(at)} should match '${pattern}'`));
  const shape = format ? FORMATS[format] : undefined;
  if (shape && !shape.test(value))
    errors.push(invalid(at, value, `${inBody(at)} must be of type ${format}: ${JSON.stringify(value)}`));
  return errors;
}

/** Items of a set, or keys of a keyed list, that stand there twice. */
function repeated(schema: JSONSchemaProps, value: readonly unknown[], at: FieldPath): FieldError[] {
  const type = schema['x-kubernetes-list-type'];
  if (type !== 'set' && type !== 'map') return [];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const keyOf = (item: unknown) =>
    type === 'map' && isJsonObject(item)
      ? Object.fromEntries(keys.flatMap((key) => (item[key] === undefined ? [] : [[key, item[key]]])))
      : item;
  const all = value.map(keyOf);
  return all.flatMap((key, i) => (all.findIndex((o) => deepEqual(o, key)) < i ? [duplicate(at.index(i), key)] : []));
}

function checkList(schema: JSONSchemaProps, value: readonly unknown[], at: FieldPath, old: unknown): FieldError[] {
  const { maxItems, minItems } = schema;
  const items = schemaOf(schema.items);
  return [
    ...(items ? value.flatMap((one, i) => validateValue(items, one, at.index(i), itemBefore(schema, one, old))) : []),
    ...(minItems !== undefined && value.length < minItems
      ? [invalid(at, value.length, `${inBody(at)} should have at least ${minItems} items`)]
      : []),
    ...(maxItems !== undefined && value.length > maxItems ? [tooMany(at, value.length, maxItems)] : []),
    ...repeated(schema, value, at),
  ];
}

function checkObject(schema: JSONSchemaProps, value: JsonObject, at: FieldPath, old: unknown): FieldError[] {
  const { maxProperties, minProperties, properties = {} } = schema;
  const additional = schemaOf(schema.additionalProperties);
  const count = Object.keys(value).length;
  return [
    ...(minProperties !== undefined && count < minProperties
      ? [invalid(at, count, `${inBody(at)} should have at least ${minProperties} properties`)]
      : []),
    ...(maxProperties !== undefined && count > maxProperties ? [tooMany(at, count, maxProperties)] : []),
    ...sortedEntries(value).flatMap(([key, one]) => {
      const inner = Object.hasOwn(properties, key) ? properties[key] : additional;
      return inner ? validateValue(inner, one, at.child(key), isJsonObject(old) ? old[key] : undefined) : [];
    }),
    ...(schema.required ?? []).flatMap((key) => (value[key] === undefined ? [required(at.child(key))] : [])),
  ];
}

function checkCombinations(schema: JSONSchemaProps, value: unknown, at: FieldPath, old: unknown): FieldError[] {
  const { anyOf = [], allOf = [], oneOf = [], not } = schema;
  const fits = (one: JSONSchemaProps) => validateValue(one, value, at).length === 0;
  const mayStay = (one: JSONSchemaProps) => validateValue(one, value, at, old).length === 0;
  const say = (text: string): FieldError => ({ ...invalid(at, '', `"${at.toString()}" must ${text}`), field: '<nil>' });
  /** What keeps the value from the alternative that it comes nearest to. */
  const nearest = (all: readonly JSONSchemaProps[]) =>
    all.map((one) => validateValue(one, value, at, old)).reduce((a, b) => (b.length < a.length ? b : a));
  const errors: FieldError[] = [];
  if (anyOf.length > 0 && !anyOf.some(mayStay))
    errors.push(say('validate at least one schema (anyOf)'), ...nearest(anyOf));
  const fitting = oneOf.filter(fits).length;
  if (oneOf.length > 0 && fitting !== 1) {
    const found = fitting === 0 ? 'Found none valid' : `Found ${fitting} valid alternatives`;
    errors.push(say(`validate one and only one schema (oneOf). ${found}`), ...(fitting === 0 ? nearest(oneOf) : []));
  }
  if (!allOf.every(mayStay)) errors.push(say('validate all the schemas (allOf)'));
  if (not && fits(not)) errors.push(say('not validate the schema (not)'));
  return errors;
}

function checkEnum(schema: JSONSchemaProps, value: unknown, at: FieldPath): FieldError[] {
  if (!schema.enum || value === null || schema.enum.some((one) => deepEqual(one, value))) return [];
  const supported = schema.enum.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  return [notSupported(at, value, supported)];
}

/**
 * A value against a schema of a definition, in the API server's words; the fields of an object by name. What is as it was
 * in `old`, the value before an update, may stay, whatever the schema has come to say of it.
 */
export function validateValue(schema: JSONSchemaProps, value: unknown, at: FieldPath, old?: unknown): FieldError[] {
  if (old !== undefined && deepEqual(value, old)) return [];
  const actual = typeOf(value);
  if (!typeAllowed(schema, actual)) {
    const wanted = schema['x-kubernetes-int-or-string'] ? 'integer,string' : schema.type;
    const text = `${inBody(at)} must be of type ${wanted}: ${JSON.stringify(actual)}`;
    return [typeInvalid(at, actual, text), ...checkEnum(schema, value, at)];
  }
  const errors = checkEnum(schema, value, at);
  errors.push(...checkCombinations(schema, value, at, old));
  if (typeof value === 'number') errors.push(...checkNumber(schema, value, at));
  else if (typeof value === 'string') errors.push(...checkText(schema, value, at));
  else if (Array.isArray(value)) errors.push(...checkList(schema, value, at, old));
  else if (isJsonObject(value)) errors.push(...checkObject(schema, value, at, old));
  return errors;
}
