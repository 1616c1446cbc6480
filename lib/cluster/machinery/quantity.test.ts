import { expect, test } from 'vitest';
import {
  canonicalQuantity,
  canonicalResource,
  parseQuantity,
  QUANTITY_PATTERN_ERROR,
  quantityError,
  quantityMilliValue,
  quantityValue,
} from './quantity.ts';

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

test.each([
  ['two', QUANTITY_PATTERN_ERROR],
  ['', QUANTITY_PATTERN_ERROR],
  ['10MB', QUANTITY_PATTERN_ERROR],
  ['5mm', "unable to parse quantity's suffix"],
  ['1e', "unable to parse quantity's suffix"],
  ['1Gi', undefined],
])('%j: %s', (text, error) => expect(quantityError(text)).toBe(error));

test('amounts beyond what upstream holds are cut, not overrun', () => {
  expect(canonicalQuantity('1e400')).toBe(canonicalQuantity('9223372036854775807e0'));
  expect(quantityError('9'.repeat(100_000))).toBeDefined();
});

test('resource lists keep thousandths, rounded up', () => {
  expect(canonicalResource('100.2m')).toBe('101m');
  expect(canonicalResource('0.5')).toBe('500m');
});
