import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deepFreeze } from '../../../kit/deep.ts';
import type { JsonObject } from '../object.ts';
import { statusOf } from '../status-error.ts';
import { NO_FIELDS, type FieldInfo, type TypeInfo } from '../type-info.ts';
import { applyJsonPatch } from './json-patch.ts';
import { applyMergePatch } from './merge-patch.ts';
import { applyStrategicMergePatch } from './strategic-merge-patch.ts';

const caught = (run: () => unknown) => {
  try {
    run();
  } catch (err) {
    return statusOf(err);
  }
  return undefined;
};

describe('JSON patch', () => {
  test('applies what RFC 6902 shows, to a copy', () => {
    const document = deepFreeze({ data: { a: '1', list: ['x', 'z'] } });
    const patched = applyJsonPatch(document, [
      { op: 'test', path: '/data/a', value: '1' },
      { op: 'add', path: '/data/list/1', value: 'y' },
      { op: 'add', path: '/data/list/-', value: 'end' },
      { op: 'move', from: '/data/a', path: '/data/b' },
      { op: 'copy', from: '/data/list/0', path: '/data/c' },
      { op: 'replace', path: '/data/new~1key', value: 1 },
      { op: 'remove', path: '/data/list/-1' },
    ]);
    expect(patched).toEqual({ data: { b: '1', c: 'x', list: ['x', 'y', 'z'], 'new/key': 1 } });
  });

  test.each([
    [[{ op: 'test', path: '/data/a', value: 'two' }]],
    [[{ op: 'remove', path: '/data/z' }]],
    [[{ op: 'add', path: '/x/y', value: 1 }]],
    [[{ op: 'add', path: '/list/7', value: 1 }]],
    [[{ op: 'explode', path: '/data' }]],
  ])('%j does not apply', (patch) => {
    const status = caught(() => applyJsonPatch({ data: { a: '1' }, list: [] }, patch));
    // A cause would replace the message in what kubectl prints.
    expect(status).toMatchObject({
      code: 422,
      message: 'the server rejected our request due to an error in our request',
      details: {},
    });
  });

  test('copies of copies come to an end', () => {
    const doubling = Array.from({ length: 60 }, (_, i) => ({ op: 'copy', from: '/data', path: `/data/n${i}` }));
    expect(caught(() => applyJsonPatch({ data: { a: 'x' } }, doubling))?.code).toBe(422);
  });

  test('what is no patch is refused by its type', () => {
    const status = caught(() => applyJsonPatch({}, { op: 'add' }));
    expect([status?.code, status?.message]).toEqual([
      400,
      'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    ]);
  });
});

const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.array(fc.integer(), { maxLength: 3 }),
    fc.dictionary(fc.string({ maxLength: 2 }), tie('value'), { maxKeys: 4 }),
  ),
})).value;
const jsonObject = fc.dictionary(fc.string({ maxLength: 2 }), json, { maxKeys: 5 });

const isObject = (v: unknown): v is JsonObject => typeof v === 'object' && v !== null && !Array.isArray(v);

/** The merge patch that makes `to` out of `from`. */
function diff(from: JsonObject, to: JsonObject): JsonObject {
  const patch: JsonObject = {};
  const set = (k: string, value: unknown) => Object.defineProperty(patch, k, { value, enumerable: true });
  for (const k of Object.keys(from)) if (!Object.hasOwn(to, k)) set(k, null);
  for (const k of Object.keys(to)) {
    const a = Object.hasOwn(from, k) ? from[k] : undefined;
    const b = to[k];
    if (isObject(a) && isObject(b)) set(k, diff(a, b));
    else set(k, b);
  }
  return patch;
}

describe('merge patch', () => {
  test('makes of one object another', () => {
    fc.assert(
      fc.property(jsonObject, jsonObject, (from, to) => {
        expect(applyMergePatch(deepFreeze(from), diff(from, to))).toEqual(to);
      }),
    );
  });

  test('refuses what is no object', () => expect(caught(() => applyMergePatch({}, []))?.code).toBe(400));
});

const leaf = (kind: TypeInfo['kind'], more: Partial<TypeInfo> = {}): TypeInfo => ({
  kind,
  goType: kind,
  fields: NO_FIELDS,
  listType: 'atomic',
  listKeys: [],
  atomic: false,
  keepsUnknown: false,
  custom: false,
  ...more,
});
const field = (name: string, type: TypeInfo, strategy: string[] = [], patchMergeKey?: string): FieldInfo => ({
  name,
  type,
  required: false,
  patchStrategy: strategy,
  ...(patchMergeKey ? { patchMergeKey } : {}),
  goPath: name,
  optional: false,
  always: false,
});
const struct = (...fields: FieldInfo[]) => leaf('struct', { fields: new Map(fields.map((f) => [f.name, f])) });

const container = struct(field('name', leaf('string')), field('image', leaf('string')));
const pod = struct(
  field('containers', leaf('list', { element: container }), ['merge'], 'name'),
  field('finalizers', leaf('list', { element: leaf('string') }), ['merge']),
  field('args', leaf('list', { element: leaf('string') })),
  field('strategy', struct(field('type', leaf('string')), field('rolling', leaf('raw'))), ['retainKeys']),
);
const patched = (document: JsonObject, patch: JsonObject) => applyStrategicMergePatch(pod, deepFreeze(document), patch);
const names = (object: JsonObject) => (object['containers'] as { name: string }[]).map((c) => c.name);

describe('strategic merge patch', () => {
  const document = {
    containers: [
      { name: 'web', image: 'a' },
      { name: 'side', image: 'b' },
    ],
    args: ['x'],
    finalizers: ['p', 'q'],
  };

  test('merges lists by key, others are replaced', () => {
    expect(patched(document, { containers: [{ name: 'side', image: 'c' }], args: ['y'] })).toEqual({
      ...document,
      containers: [
        { name: 'web', image: 'a' },
        { name: 'side', image: 'c' },
      ],
      args: ['y'],
    });
  });

  test('puts a new item first, where upstream puts it', () => {
    expect(names(patched(document, { containers: [{ name: 'new' }] }))).toEqual(['new', 'web', 'side']);
  });

  test('deletes, replaces and orders', () => {
    expect(names(patched(document, { containers: [{ name: 'web', $patch: 'delete' }] }))).toEqual(['side']);
    expect(names(patched(document, { containers: [{ $patch: 'replace' }, { name: 'only' }] }))).toEqual(['only']);
    expect(
      names(patched(document, { '$setElementOrder/containers': [{ name: 'side' }, { name: 'web' }], containers: [] })),
    ).toEqual(['side', 'web']);
  });

  test('merges and deletes scalars', () => {
    const merged = patched(document, { finalizers: ['q', 'r'] })['finalizers'];
    expect(new Set(merged as string[])).toEqual(new Set(['p', 'q', 'r']));
    expect(patched(document, { '$deleteFromPrimitiveList/finalizers': ['p'] })['finalizers']).toEqual(['q']);
  });

  test('retains only the keys named', () => {
    const rolling = { strategy: { type: 'RollingUpdate', rolling: { a: 1 } } };
    expect(patched(rolling, { strategy: { $retainKeys: ['type'], type: 'Recreate' } })).toEqual({
      strategy: { type: 'Recreate' },
    });
    expect(caught(() => patched(rolling, { strategy: { $retainKeys: [], type: 'x' } }))?.message).toBe(
      'invalid patch format of retainKeys',
    );
  });

  test('wants the merge key', () => {
    const status = caught(() => patched(document, { containers: [{ image: 'x' }] }));
    expect([status?.code, status?.message]).toEqual([
      400,
      'map: map[image:x] does not contain declared merge key: name',
    ]);
  });
});
