import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Cluster } from '../../cluster/index.ts';
import { ManualClock } from '../../kit/clock.ts';
import type { Hosts } from '../../terminal/index.ts';
import type { ClusterAccess } from '../cluster-access.ts';
import { TaskClusters } from './task-clusters.ts';
import { taskFolder } from './task-folder.ts';

const task = { attempt: 'a-1', position: 1, slug: 'x', profile: 'one-node' };

function world(dataDir = mkdtempSync(join(tmpdir(), 'drydock-worker-'))) {
  const told: string[] = [];
  const clock = new ManualClock(0);
  const state = { prepare: () => Promise.resolve() };
  const clusters = new TaskClusters({
    dataDir,
    clock,
    proctor: {
      prepare: (slug) => {
        told.push(`prepare ${slug}`);
        return state.prepare();
      },
      grade: () => Promise.resolve([]),
    },
    createCluster: ({ dir }) => {
      told.push(existsSync(join(dir, 'journal')) ? 'restore' : 'make');
      mkdirSync(dir, { recursive: true });
      writeFileSync(join(dir, 'journal'), '');
      const stop = () => {
        told.push('stop');
        return Promise.resolve();
      };
      return Promise.resolve({ readyMs: 1, stop } as unknown as Cluster);
    },
    hostsOf: () => ({ dispose: () => Promise.resolve() }) as unknown as Hosts,
    accessTo: () => ({}) as ClusterAccess,
    onIdle: () => void told.push('idle'),
  });
  return { dataDir, told, clock, clusters, state };
}

test('a cluster is made once, however many ask at the same time', async () => {
  const { clusters, told } = world();
  const [a, b] = await Promise.all([clusters.use(task), clusters.use(task)]);
  expect(a.cluster).toBe(b.cluster);
  expect(told).toEqual(['make', 'prepare x']);
});

test('after the end of the process it is restored, and not prepared again', async () => {
  const first = world();
  await first.clusters.use(task);
  const second = world(first.dataDir);
  await second.clusters.use(task);
  expect(second.told).toEqual(['restore']);
});

test('one whose preparation was cut off is made anew', async () => {
  const { clusters, told, state } = world();
  state.prepare = () => Promise.reject(new Error('killed'));
  await expect(clusters.use(task)).rejects.toThrow('killed');
  state.prepare = () => Promise.resolve();
  await clusters.use(task);
  expect(told).toEqual(['make', 'prepare x', 'stop', 'make', 'prepare x']);
});

test('an idle cluster is stopped, one in use is not', async () => {
  const { clusters, told, clock } = world();
  const lease = await clusters.use(task);
  clock.advance(60 * 60_000);
  expect(clusters.count).toBe(1);
  lease.release();
  lease.release();
  clock.advance(14 * 60_000);
  expect(clusters.count).toBe(1);
  clock.advance(2 * 60_000);
  expect(clusters.count).toBe(0);
  await clusters.use(task);
  expect(told).toEqual(['make', 'prepare x', 'idle', 'stop', 'restore']);
});

test('ids that would leave the folder are refused', () => {
  for (const attempt of ['..', 'a/b', '', 'a\0'])
    expect(() => taskFolder('/data', { attempt, position: 1 })).toThrow('no attempt');
  expect(() => taskFolder('/data', { attempt: 'a', position: 0 })).toThrow('no task');
});
