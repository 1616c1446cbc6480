import { expect, test } from 'vitest';
import { Recent } from './recent.ts';

test('what was put in longest ago is forgotten', () => {
  const recent = new Recent<number>(2);
  recent.set('a', 1).set('b', 2).set('a', 3).set('c', 4);
  expect([...recent]).toEqual([
    ['a', 3],
    ['c', 4],
  ]);
});

test('a value is made once for as long as it is asked for', () => {
  const recent = new Recent<string>(2);
  let made = 0;
  const ask = (key: string) => recent.of(key, () => `${key}${++made}`);
  expect(['a', 'b', 'a', 'c', 'a', 'b'].map(ask)).toEqual(['a1', 'b2', 'a1', 'c3', 'a1', 'b4']);
});
