import { expect, it } from 'vitest';
import { valuesAt } from './json-path.ts';

const boat = {
  spec: { crew: ['ana', 'ben'] },
  a: [
    { t: 'x', v: 1 },
    { t: 'y', v: 2 },
  ],
};

it.each([
  ['.spec.crew[0]', ['ana']],
  ['.spec.crew[*]', ['ana', 'ben']],
  ['{.spec.crew}', [['ana', 'ben']]],
  ['.a[?(@.t=="x")].v', [1]],
  ['.absent.deep', []],
  ['.a[?(@.t', []],
])('%s', (path, expected) => {
  expect(valuesAt(boat, path)).toEqual(expected);
});
