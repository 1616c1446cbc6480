import { expect, test } from 'vitest';
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
  JSONSchemaProps,
} from '../../schema/generated/types.ts';
import type { KindContext } from '../define.ts';
import { customResourceDefinition } from './custom-resource-definition.ts';

const context = {} as KindContext;

const version = (name: string, schema: JSONSchemaProps, storage = true): CustomResourceDefinitionVersion => ({
  name,
  served: true,
  storage,
  schema: { openAPIV3Schema: schema },
});

function prepared(versions: CustomResourceDefinitionVersion[]): CustomResourceDefinition {
  const object: CustomResourceDefinition = {
    metadata: { name: 'gates.yard.example.com' },
    spec: { group: 'yard.example.com', scope: 'Namespaced', names: { plural: 'gates', kind: 'Gate' }, versions },
  };
  customResourceDefinition.defaults?.(object);
  customResourceDefinition.prepareForCreate?.(object, context);
  return object;
}

const complaints = (object: CustomResourceDefinition) =>
  (customResourceDefinition.validate?.(object, context) ?? []).map(({ field, message }) => `${field}: ${message}`);

test('fills in names, conversion and the stored version', () => {
  const object = prepared([version('v1', { type: 'object' })]);
  expect(object.spec.names).toEqual({ plural: 'gates', kind: 'Gate', singular: 'gate', listKind: 'GateList' });
  expect(object.spec.conversion).toEqual({ strategy: 'None' });
  expect(object.status?.storedVersions).toEqual(['v1']);
  expect(complaints(object)).toEqual([]);
});

test('names a schema that all versions share above the versions', () => {
  const schema: JSONSchemaProps = { properties: { list: { type: 'array' } } };
  expect(complaints(prepared([version('v1', schema)]))).toEqual([
    'spec.validation.openAPIV3Schema.properties[list].items: Required value: must be specified',
    'spec.validation.openAPIV3Schema.type: Required value: must not be empty at the root',
  ]);
  expect(complaints(prepared([version('v1', schema), version('v2', { type: 'object' }, false)]))).toEqual([
    'spec.versions[0].schema.openAPIV3Schema.properties[list].items: Required value: must be specified',
    'spec.versions[0].schema.openAPIV3Schema.type: Required value: must not be empty at the root',
  ]);
});

test('checks defaults once the schema is structural', () => {
  const size: JSONSchemaProps = { type: 'integer', maximum: 10, default: 11 };
  expect(complaints(prepared([version('v1', { type: 'object', properties: { size } })]))).toEqual([
    'spec.validation.openAPIV3Schema.properties[size].default: Invalid value: 11:  in body should be less than or equal to 10',
  ]);
});

test('a version that was stored may not go', () => {
  const old = prepared([version('v1', { type: 'object' })]);
  const object = prepared([version('v2', { type: 'object' })]);
  customResourceDefinition.prepareForUpdate?.(object, old, context);
  expect(object.status?.storedVersions).toEqual(['v1', 'v2']);
  const errors = customResourceDefinition.validateUpdate?.(object, old, context) ?? [];
  expect(errors.map(({ field }) => field)).toEqual(['status.storedVersions[0]']);
});
