import { expect, test } from 'vitest';
import type { Pod, Service } from '../../schema/generated/types.ts';
import { TriggerTimes } from './trigger-times.ts';

const service = { metadata: { name: 's', namespace: 'n', creationTimestamp: '2026-01-01T00:00:00Z' } } as Service;
const pod = (name: string, ready: string) =>
  ({ metadata: { name }, status: { conditions: [{ type: 'Ready', lastTransitionTime: ready }] } }) as Pod;

test('only what is newer than at the last look counts, the earliest of it', () => {
  const times = new TriggerTimes();
  expect(times.next(service, [])).toBe('2026-01-01T00:00:00Z');
  expect(times.next(service, [])).toBeUndefined();
  const pods = [pod('a', '2026-01-01T00:00:09Z'), pod('b', '2026-01-01T00:00:05Z')];
  expect(times.next(service, pods)).toBe('2026-01-01T00:00:05Z');
  // Its selector or its labels have changed: that is not what endpoints wait for.
  expect(times.next(service, pods)).toBeUndefined();
  expect(times.next(service, pods.slice(1))).toBeUndefined();
});
