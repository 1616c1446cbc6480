import { expect, test } from 'vitest';
import { goRegExp } from './go-regexp.ts';

test.each([
  ['^(?i)[[:alpha:]]+\\z', 'Web', true],
  ['(?i)^web$', 'WEB', true],
  ['^(?P<name>[a-z]+)\\-x$', 'web-x', true],
  ['^\\_\\d+$', '_12', true],
  ['^.$', '😀', true],
  ['^web$', 'WEB', false],
])('%s on %s', (pattern, text, fits) => {
  expect(goRegExp(pattern).test(text)).toBe(fits);
});

test('what is no expression is refused', () => {
  expect(() => goRegExp('(')).toThrow(SyntaxError);
});
