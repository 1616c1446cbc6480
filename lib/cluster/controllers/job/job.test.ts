import { afterEach, expect, test } from 'vitest';
import { formatTime } from '../../machinery/object.ts';
import { jobs, pods } from '../../schema/generated/resources.ts';
import type { Job, Pod } from '../../schema/generated/types.ts';
import { TestCluster } from '../test-cluster.ts';
import { job } from './index.ts';

let cluster: TestCluster;
afterEach(() => cluster.stop());

async function create(spec: Partial<Job['spec']>): Promise<void> {
  cluster = new TestCluster([job]);
  await cluster.client.create(jobs, {
    metadata: { name: 'sum', namespace: 'default' },
    spec: {
      selector: { matchLabels: { job: 'sum' } },
      template: { metadata: { name: '', labels: { job: 'sum' } }, spec: { containers: [{ name: 'c' }] } },
      ...spec,
    },
  });
  await cluster.settle();
}

const INDEX = 'batch.kubernetes.io/job-completion-index';
const FAILURES = 'batch.kubernetes.io/job-index-failure-count';
const running = async () => (await cluster.list(pods)).filter((p) => p.status?.phase === 'Running');
const indexOf = (pod: Pod) => Number(pod.metadata.annotations?.[INDEX]);

/** Ends the running pods of these indexes. */
async function end(phase: 'Succeeded' | 'Failed', ...indexes: number[]): Promise<void> {
  for (const pod of await running()) {
    if (!indexes.includes(indexOf(pod))) continue;
    const finishedAt = formatTime(cluster.clock.now());
    const terminated = { exitCode: phase === 'Failed' ? 1 : 0, finishedAt };
    const status = { phase, containerStatuses: [{ name: 'c', state: { terminated } }] };
    await cluster.client.patch(pods, 'default', pod.metadata.name, 'merge', { status }, { subresource: 'status' });
  }
  await cluster.settle();
}

const status = async () => (await cluster.client.get(jobs, 'default', 'sum')).status;
const conditions = async () => (await status())?.conditions?.map((c) => `${c.type} ${c.reason}: ${c.message}`);
const indexed = { completionMode: 'Indexed', completions: 3, parallelism: 3 };

test('each index fails for itself, after as many failures as it may have', async () => {
  await create({ ...indexed, backoffLimitPerIndex: 1, backoffLimit: 2 ** 31 - 1 });
  await end('Failed', 1);
  expect(await status()).toMatchObject({ failed: 1, failedIndexes: '' });
  await cluster.pass(11);
  const second = (await running()).find((pod) => indexOf(pod) === 1);
  expect(second?.metadata.annotations?.[FAILURES]).toBe('1');
  await end('Failed', 1);
  expect(await status()).toMatchObject({ failed: 2, failedIndexes: '1' });
  await cluster.pass(60);
  expect((await running()).map(indexOf).sort()).toEqual([0, 2]);
  await end('Succeeded', 0, 2);
  expect(await conditions()).toEqual([
    'FailureTarget FailedIndexes: Job has failed indexes',
    'Failed FailedIndexes: Job has failed indexes',
  ]);
  expect(await status()).toMatchObject({ succeeded: 2, completedIndexes: '0,2', failedIndexes: '1' });
});

test('too many failed indexes end a job, and its running pods count as failed', async () => {
  await create({ ...indexed, backoffLimitPerIndex: 0, maxFailedIndexes: 0, backoffLimit: 2 ** 31 - 1 });
  await end('Failed', 2);
  expect(await conditions()).toContain(
    'Failed MaxFailedIndexesExceeded: Job has exceeded the specified maximal number of failed indexes',
  );
  expect(await status()).toMatchObject({ failed: 3, failedIndexes: '2' });
});

test('a success policy ends a job early', async () => {
  await create({ ...indexed, successPolicy: { rules: [{ succeededIndexes: '1-2', succeededCount: 1 }] } });
  await end('Succeeded', 2);
  expect(await conditions()).toEqual([
    'SuccessCriteriaMet SuccessPolicy: Matched rules at index 0',
    'Complete SuccessPolicy: Matched rules at index 0',
  ]);
  expect(await status()).toMatchObject({ succeeded: 1, completedIndexes: '2' });
  expect(await running()).toEqual([]);
});
