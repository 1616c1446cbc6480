import { expect, test } from 'vitest';
import { canonicalQuantity, parseQuantity, quantityMilliValue, quantityValue } from './quantity.ts';

test.each([
  ['0.5', '500m'],
  ['1000m', '1'],
  ['1024Mi', '1Gi'],
  ['1.5Gi', '1536Mi'],
  ['100M', '100M'],
  ['1e3', '1e3'],
  ['1500', '1500'],
  ['128974848', '128974848'],
  ['0', '0'],
  ['0.0001', '100u'],
  ['1Ki', '1Ki'],
  ['-5m', '-5m'],
  ['12e6', '12e6'],
])('%s is written %s', (text, canonical) => expect(canonicalQuantity(text)).toBe(canonical));

test('rounds up to whole units and thousandths', () => {
  expect(quantityValue('100m')).toBe(1);
  expect(quantityMilliValue('0.0001')).toBe(1);
  expect(quantityValue('64Mi')).toBe(67108864);
});

test.each(['', 'abc', '1.2.3', '5 Mi', '10MB', '1e'])('%j is no quantity', (text) =>
  expect(parseQuantity(text)).toBeUndefined(),
);
