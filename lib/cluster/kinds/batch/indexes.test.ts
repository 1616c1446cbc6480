import { expect, test } from 'vitest';
import { countIndexes } from './indexes.ts';

test.each([
  ['', 0],
  ['0-2,5', 4],
  ['9', 1],
])('%j names %d', (text, total) => {
  expect(countIndexes(text, 10)).toEqual({ ok: true, total });
});

test.each([
  ['3,2', 'non-increasing order, previous: 3, current: 2'],
  ['2-2', 'non-increasing order, previous: 2, current: 2'],
  ['10', 'too large index: "10"'],
  ['x', 'cannot convert string to integer for index: "x"'],
])('refuses %j', (text, error) => {
  expect(countIndexes(text, 10)).toEqual({ ok: false, error });
});
