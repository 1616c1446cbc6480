import { expect, test } from 'vitest';
import { customType } from './custom-types.ts';
import { decode, fieldComplaints } from './decode.ts';
import { customDocument } from './openapi/custom-document.ts';
import { openApiIndex, openApiV3Text } from './openapi/served.ts';

const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        species: { type: 'string' },
        owner: { type: 'object', properties: { name: { type: 'string' } } },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
    },
  },
};
const tree = (spec: object, more: object = {}) => ({
  apiVersion: 'x/v1',
  kind: 'Tree',
  metadata: { name: 'a' },
  spec,
  ...more,
});

test('prunes what a custom kind does not declare, and names it in order', () => {
  const decoded = decode(
    customType(schema),
    tree({ species: 'oak', colour: 'green', owner: { age: 3 }, labels: { a: 'b' }, free: { x: 1 } }, { status: {} }),
  );
  expect(decoded.ok && decoded.object['spec']).toEqual({
    species: 'oak',
    owner: {},
    labels: { a: 'b' },
    free: { x: 1 },
  });
  expect(decoded.ok && fieldComplaints(decoded.unknown)).toEqual([
    'unknown field "spec.colour"',
    'unknown field "spec.owner.age"',
    'unknown field "status"',
  ]);
});

test('metadata of a custom resource is read as any', () => {
  expect(decode(customType(schema), { metadata: { labels: { a: 1 } } })).toEqual({
    ok: false,
    error: 'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
  });
});

test('documents a custom group version with all that it refers to', () => {
  const { text } = customDocument([
    {
      group: 'harbour.example.org',
      version: 'v1',
      kind: 'Ferry',
      listKind: 'FerryList',
      plural: 'ferries',
      namespaced: true,
      schema,
      status: true,
      scale: false,
    },
  ]);
  const document = JSON.parse(text) as {
    components: { schemas: Record<string, unknown> };
    paths: Record<string, unknown>;
  };
  const names = Object.keys(document.components.schemas);
  expect(names).toContain('org.example.harbour.v1.Ferry');
  expect(Object.keys(document.paths)).toContain(
    '/apis/harbour.example.org/v1/namespaces/{namespace}/ferries/{name}/status',
  );
  const missing = [...text.matchAll(/#\/components\/schemas\/([^"]+)/g)]
    .map((m) => m[1] ?? '')
    .filter((name) => !names.includes(name));
  expect([...new Set(missing)]).toEqual([]);
  expect(text).not.toContain('x-go');
});

test('every built-in document refers only to what it holds', () => {
  for (const path of Object.keys(openApiIndex())) {
    const text = openApiV3Text(path) ?? '';
    const document = JSON.parse(text) as { components: { schemas: Record<string, unknown> } };
    const names = new Set(Object.keys(document.components.schemas));
    const missing = [...text.matchAll(/#\/components\/schemas\/([^"]+)/g)]
      .map((m) => m[1] ?? '')
      .filter((name) => !names.has(name));
    expect([path, ...new Set(missing)]).toEqual([path]);
  }
});
