import { expect, test } from 'vitest';
import { countIndexes, firstOverlap } from './indexes.ts';

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

test.each([
  ['0-2,5', '3-4,6', undefined],
  ['0-2,5', '2,5', 2],
  ['0,4-6', '1-3,5-9', 5],
  ['x,7', '7', 7],
  ['', '1', undefined],
])('%j and %j first share %s', (one, other, index) => {
  expect(firstOverlap(one, other, 10)).toBe(index);
});
