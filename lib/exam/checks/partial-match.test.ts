import { expect, test } from 'vitest';
import { mismatches, quantity, showMismatches } from './partial-match.ts';

test('the worked example: members that are not named may be anything', () => {
  const expected = { replicas: 3, ports: [{ name: 'web', port: 80 }] };
  expect(mismatches(expected, { replicas: 3, ports: [{ name: 'web', port: 80, protocol: 'TCP' }] })).toEqual([]);
});

test('names the path, what was asked and what is there', () => {
  const list = mismatches(
    { spec: { replicas: 3, containers: [{ name: 'a', image: 'x' }], paused: null } },
    {
      spec: {
        replicas: 2,
        containers: [
          { name: 'b', image: 'y' },
          { name: 'a', image: 'z' },
        ],
        paused: true,
      },
    },
  );
  expect(showMismatches(list, 'expected')).toBe('spec.replicas: 3\nspec.containers[a].image: x\nspec.paused: <none>');
  expect(showMismatches(list, 'found')).toBe('spec.replicas: 2\nspec.containers[a].image: z\nspec.paused: true');
});

test.each([
  [['a', 'b'], ['b', 'c', 'a'], true],
  [['a', 'a'], ['a', 'b'], false],
  [[], [], true],
  [[], undefined, true],
  [[], ['a'], false],
  [[{ key: 'x', effect: 'NoSchedule' }], [{ key: 'y' }, { key: 'x', effect: 'NoSchedule', value: 'v' }], true],
  [[{ key: 'x', effect: 'NoSchedule' }], [{ key: 'x', effect: 'NoExecute' }], false],
])('list %j in %j: %s', (expected, found, ok) => expect(mismatches(expected, found).length === 0).toBe(ok));

test('quantities are equal when they mean the same, but only where quantities stand', () => {
  const limits = (cpu: string) => ({ resources: { limits: { cpu } } });
  expect(mismatches(limits('0.5'), limits('500m'))).toEqual([]);
  expect(mismatches(limits('0.5'), limits('501m'))).toHaveLength(1);
  expect(mismatches({ data: { n: '1000m' } }, { data: { n: '1' } })).toHaveLength(1);
  expect(quantity('1Gi')).toBe(2 ** 30);
  expect(quantity('a')).toBeUndefined();
});
