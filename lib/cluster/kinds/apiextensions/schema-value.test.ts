import { expect, test } from 'vitest';
import { FieldPath } from '../../machinery/field-path.ts';
import type { JSONSchemaProps } from '../../schema/generated/types.ts';
import { validateValue } from './schema-value.ts';

const check = (schema: JSONSchemaProps, value: unknown) =>
  validateValue(schema, value, FieldPath.of('spec')).map(({ field, message }) => `${field}: ${message}`);

test.each<[JSONSchemaProps, unknown, string]>([
  [{ type: 'integer' }, 'five', 'spec: Invalid value: "string": spec in body must be of type integer: "string"'],
  [
    { 'x-kubernetes-int-or-string': true },
    1.5,
    'spec: Invalid value: "number": spec in body must be of type integer,string: "number"',
  ],
  [
    { type: 'integer', maximum: 120 },
    500,
    'spec: Invalid value: 500: spec in body should be less than or equal to 120',
  ],
  [{ type: 'number', multipleOf: 0.5 }, 0.7, 'spec: Invalid value: 0.7: spec in body should be a multiple of 0.5'],
  [
    { type: 'string', minLength: 5 },
    'ab12',
    'spec: Invalid value: "ab12": spec in body should be at least 5 chars long',
  ],
  [
    { type: 'string', pattern: '^[0-9]+%$' },
    'many',
    `spec: Invalid value: "many": spec in body should match '^[0-9]+%$'`,
  ],
  [{ type: 'string', enum: ['a', 'b'] }, 'c', 'spec: Unsupported value: "c": supported values: "a", "b"'],
  [
    { type: 'string', format: 'ipv4' },
    '1.2.3',
    'spec: Invalid value: "1.2.3": spec in body must be of type ipv4: "1.2.3"',
  ],
  [{ type: 'array', maxItems: 2 }, [1, 2, 3], 'spec: Too many: 3: must have at most 2 items'],
  [{ type: 'object', required: ['a'] }, {}, 'spec.a: Required value'],
  [
    { oneOf: [{ required: ['a'] }, { required: ['b'] }] },
    {},
    '<nil>: Invalid value: "": "spec" must validate one and only one schema (oneOf). Found none valid' +
      '\nspec.a: Required value',
  ],
  [{ type: 'array', 'x-kubernetes-list-type': 'set' }, ['a', 'b', 'a'], 'spec[2]: Duplicate value: "a"'],
])('%j refuses %j', (schema, value, message) => {
  expect(check(schema, value).join('\n')).toBe(message);
});

test('nested values that fit', () => {
  const schema: JSONSchemaProps = {
    type: 'object',
    properties: {
      list: { type: 'array', items: { type: 'number' } },
      none: { type: 'string', nullable: true },
      free: { type: 'object', additionalProperties: { type: 'boolean' } },
    },
  };
  expect(check(schema, { list: [1, 2.5], none: null, free: { x: true }, other: 1 })).toEqual([]);
});

test('what was there before an update may stay', () => {
  const port = { type: 'object', properties: { name: { type: 'string' }, port: { type: 'integer', maximum: 10 } } };
  const schema: JSONSchemaProps = {
    type: 'object',
    required: ['size'],
    properties: {
      size: { type: 'integer', maximum: 10 },
      keyed: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'], items: port },
      plain: { type: 'array', items: port },
    },
  };
  const old = { size: 11, keyed: [{ name: 'a', port: 11 }], plain: [{ name: 'a', port: 11 }] };
  const now = (changes: object) =>
    validateValue(schema, { ...old, ...changes }, FieldPath.of('spec'), old).map(({ field }) => field);
  expect(now({})).toEqual([]);
  expect(now({ other: 1 })).toEqual([]);
  expect(now({ size: 12 })).toEqual(['spec.size']);
  const smaller = validateValue(schema, { plain: old.plain }, FieldPath.of('spec'), old);
  expect(smaller.map(({ message }) => message)).toEqual(['Required value']);
  expect(now({ keyed: [{ name: 'b', port: 1 }, ...old.keyed] })).toEqual([]);
  expect(now({ keyed: [{ name: 'a', port: 12 }] })).toEqual(['spec.keyed[0].port']);
  // Items of a list without keys cannot be told apart.
  expect(now({ plain: [...old.plain, { name: 'b', port: 1 }] })).toEqual(['spec.plain[0].port']);
});
