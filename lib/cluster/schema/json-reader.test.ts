import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readJson } from './json-reader.ts';

test('reads what JSON.stringify writes', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2, '\t'), (value, space) => {
      const text = JSON.stringify(value, null, space);
      expect(readJson(text)).toEqual({ ok: true, value: JSON.parse(text) as unknown, duplicates: [] });
    }),
  );
});

test.each([
  ['{"a":1,"a":2}', ['a']],
  ['{"a":{"b":[{"c":1,"c" : 2}]}}', ['a.b[0].c']],
  [String.raw`{"a":"\"x\":1","b\\":1}`, []],
  [String.raw`{"a":1,"\u0061":2}`, ['a']],
  ['{"__proto__":1,"__proto__":2}', ['__proto__']],
])('tells what %s has twice', (text, duplicates) => {
  expect(readJson(text)).toMatchObject({ ok: true, duplicates });
});

test.each([
  ['', 'unexpected end of JSON input'],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ['[1 2]', "invalid character '2' after array element"],
  ['"a" x', "invalid character 'x' after top-level value"],
  ['['.repeat(2_000) + ']'.repeat(2_000), 'exceeded max depth'],
])('refuses %j', (text, error) => {
  expect(readJson(text)).toEqual({ ok: false, error });
});
