import { expect, test } from 'vitest';
import { customDefinitions, customDocument } from './custom-document.ts';
import type { CustomKindFacts } from './custom-schema.ts';

const FERRY: CustomKindFacts = {
  group: 'harbour.example.org',
  version: 'v1',
  kind: 'Ferry',
  listKind: 'FerryList',
  plural: 'ferries',
  namespaced: true,
  status: false,
  scale: false,
  schema: {
    type: 'object',
    properties: {
      cargo: { type: 'object', properties: {}, 'x-kubernetes-embedded-resource': true },
      engine: {
        type: 'object',
        'x-kubernetes-preserve-unknown-fields': true,
        properties: { fuel: { type: 'string' } },
      },
      berth: { type: 'string', nullable: true },
    },
  },
};

interface Properties {
  properties: Record<string, { type?: string; required?: string[]; properties?: Record<string, { type?: string }> }>;
}

test('an object within a custom one says what it is', () => {
  const { components } = JSON.parse(customDocument([FERRY]).text) as { components: { schemas: object } };
  const ferry = (components.schemas as Record<string, Properties>)['org.example.harbour.v1.Ferry'];
  expect(ferry?.properties['cargo']?.required).toEqual(['kind', 'apiVersion']);
  expect(Object.keys(ferry?.properties['cargo']?.properties ?? {})).toEqual(['apiVersion', 'kind', 'metadata']);
  expect(ferry?.properties['engine']?.properties?.['fuel']?.type).toBe('string');
});

test('v2 has no type for what may be null, or anything', () => {
  const ferry = customDefinitions([FERRY])['org.example.harbour.v1.Ferry'] as unknown as Properties;
  expect(ferry.properties['engine']).toEqual({ 'x-kubernetes-preserve-unknown-fields': true });
  expect(ferry.properties['berth']).toEqual({});
});
