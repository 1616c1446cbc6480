import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wholePercents } from './whole-percents.ts';

test('the parts of an exam add up', () => {
  expect(wholePercents([6, 7, 13, 8])).toEqual([18, 21, 38, 23]);
  expect(wholePercents([1, 1, 1])).toEqual([34, 33, 33]);
  expect(wholePercents([])).toEqual([]);
});

test('any parts add up to 100 and are off by less than one', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1 }), (parts) => {
      const whole = parts.reduce((a, b) => a + b, 0);
      const percents = wholePercents(parts);
      expect(percents.reduce((a, b) => a + b, 0)).toBe(100);
      percents.forEach((p, i) => expect(Math.abs(p - ((parts[i] ?? 0) / whole) * 100)).toBeLessThan(1));
    }),
  );
});
