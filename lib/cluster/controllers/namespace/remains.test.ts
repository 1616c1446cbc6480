import { expect, test } from 'vitest';
import { conditionsOf, isEmpty, type Remains } from './remains.ts';

const nothing: Remains = { counts: new Map(), finalizers: new Map(), failures: [], unheard: [] };
const told = (remains: Remains) => conditionsOf(remains).filter((c) => c.status === 'True');

test('a namespace that is empty has nothing to tell', () => {
  expect(isEmpty(nothing)).toBe(true);
  expect(told(nothing)).toEqual([]);
});

test('a namespace stays while an extension server does not say what it holds', () => {
  const remains = { ...nothing, unheard: ['a.example.com/v1', 'b.example.com/v1'] };
  expect(isEmpty(remains)).toBe(false);
  expect(told(remains).map(({ reason, message }) => `${reason} ${message}`)).toEqual([
    'DiscoveryFailed Discovery failed for some groups, 2 failing: unable to retrieve the complete list of server APIs: ' +
      'a.example.com/v1: stale GroupVersion discovery: a.example.com/v1, ' +
      'b.example.com/v1: stale GroupVersion discovery: b.example.com/v1',
  ]);
});

test('what is left is counted, and what holds it', () => {
  const remains = { ...nothing, counts: new Map([['configmaps.', 2]]), finalizers: new Map([['a.b/c', 2]]) };
  expect(told(remains).map((c) => c.message)).toEqual([
    'Some resources are remaining: configmaps. has 2 resource instances',
    'Some content in the namespace has finalizers remaining: a.b/c in 2 resource instances',
  ]);
});
