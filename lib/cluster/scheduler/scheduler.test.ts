import { afterEach, beforeEach, expect, test } from 'vitest';
import { Activity } from '../../kit/activity.ts';
import { ManualClock } from '../../kit/clock.ts';
import { seededRandom } from '../../kit/random.ts';
import { createClient } from '../client/create-client.ts';
import { MemoryTransport } from '../client/memory-transport.ts';
import {
  csinodes,
  events,
  nodes,
  persistentvolumeclaims,
  persistentvolumes,
  pods,
} from '../schema/generated/resources.ts';
import type { Node, Pod, PodSpec } from '../schema/generated/types.ts';
import { startScheduler } from './index.ts';

const clock = new ManualClock();
const activity = new Activity();
const transport = new MemoryTransport(clock);
const client = createClient(transport);
let scheduler: { stop(): void };

const node = (name: string, spec: Node['spec'] = {}): Node => ({
  metadata: { name, labels: { 'kubernetes.io/hostname': name } },
  spec,
  status: { allocatable: { cpu: '2', memory: '2Gi', pods: '110' } },
});

const pod = (name: string, spec: Partial<PodSpec> = {}, cpu?: string): Pod => ({
  metadata: { name, namespace: 'default', labels: { name } },
  spec: { containers: [{ name: 'c', image: 'nginx', ...(cpu ? { resources: { requests: { cpu } } } : {}) }], ...spec },
});

beforeEach(async () => {
  for (const n of (await client.list(nodes)).items) await client.delete(nodes, '', n.metadata.name);
  for (const p of (await client.list(pods)).items) await client.delete(pods, 'default', p.metadata.name);
  for (const e of (await client.list(events)).items) await client.delete(events, 'default', e.metadata.name);
  await client.create(
    nodes,
    node('controlplane', { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] }),
  );
  await client.create(nodes, node('node01'));
  await client.create(nodes, node('node02'));
  scheduler = startScheduler({
    transport,
    node: 'controlplane',
    clock,
    random: seededRandom(7),
    activity,
    onLost: () => undefined,
  });
  await activity.idle();
});
afterEach(() => scheduler.stop());

const create = async (...all: Pod[]) => {
  for (const p of all) {
    await client.create(pods, p);
    await activity.idle();
  }
};
const nodeOf = async (name: string) => (await client.get(pods, 'default', name)).spec.nodeName;
const why = async (name: string) => {
  const failed = (await client.list(events)).items.filter(
    (e) => e.involvedObject.name === name && e.reason === 'FailedScheduling',
  );
  return failed.at(-1)?.message;
};
const NOT_HELPFUL = (n: number) =>
  `preemption: 0/3 nodes are available: ${n} Preemption is not helpful for scheduling.`;

test('pods spread over the nodes that take them', async () => {
  await create(pod('a', {}, '500m'), pod('b', {}, '500m'));
  expect(new Set([await nodeOf('a'), await nodeOf('b')])).toEqual(new Set(['node01', 'node02']));
  const scheduled = (await client.list(events)).items.find((e) => e.involvedObject.name === 'a');
  expect(scheduled).toMatchObject({
    message: `Successfully assigned default/a to ${await nodeOf('a')}`,
    action: 'Binding',
    reportingComponent: 'default-scheduler',
    reportingInstance: 'default-scheduler-controlplane',
  });
});

test('a pod that no node takes hears why', async () => {
  await create(pod('big', {}, '64'));
  expect(await why('big')).toBe(
    `0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. no new claims to deallocate, ${NOT_HELPFUL(3)}`,
  );
  await create(pod('ssd', { nodeSelector: { disk: 'ssd' } }));
  expect(await why('ssd')).toBe(
    `0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, ${NOT_HELPFUL(3)}`,
  );
  expect((await client.get(pods, 'default', 'ssd')).status?.conditions?.[0]).toMatchObject({
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
  });
  await create(pod('claim', { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'x' } }] }));
  expect(await why('claim')).toBe('0/3 nodes are available: persistentvolumeclaim "x" not found. not found');
});

test('full nodes without victims, and a retry when room appears', async () => {
  await create(pod('a', {}, '1500m'), pod('b', {}, '1500m'), pod('c', {}, '1'));
  expect(await why('c')).toBe(
    '0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.',
  );
  await client.delete(pods, 'default', 'a');
  clock.advance(1_000);
  await activity.idle();
  expect(await nodeOf('c')).toBeDefined();
});

test('a pod of higher priority takes the place of lower ones', async () => {
  await create(
    pod('a', { priority: 0 }, '1500m'),
    pod('b', { priority: 5 }, '1500m'),
    pod('vip', { priority: 10 }, '1'),
  );
  expect(await why('vip')).toBe('0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu.');
  const left = (await client.list(pods)).items.map((p) => p.metadata.name);
  expect(left).toEqual(['b', 'vip']);
  clock.advance(1_000);
  await activity.idle();
  expect(await nodeOf('vip')).toBeDefined();
  expect((await client.list(events)).items.some((e) => e.reason === 'Preempted' && e.involvedObject.name === 'a')).toBe(
    true,
  );
});

test('anti-affinity and topology spread', async () => {
  const apart = (name: string): Pod => ({
    ...pod(name, {
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { labelSelector: { matchLabels: { app: 'db' } }, topologyKey: 'kubernetes.io/hostname' },
          ],
        },
      },
    }),
    metadata: { name, namespace: 'default', labels: { app: 'db' } },
  });
  await create(apart('a'), apart('b'), apart('c'));
  expect(await why('c')).toBe(
    "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't match pod anti-affinity rules. no new claims to deallocate, preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.",
  );
  expect(new Set([await nodeOf('a'), await nodeOf('b')])).toEqual(new Set(['node01', 'node02']));
});

test('a rejected pod is tried again only when something happened that could help it', async () => {
  await create(pod('other'), pod('ssd', { nodeSelector: { disk: 'ssd' } }));
  const tries = async () =>
    (await client.list(events)).items
      .filter((e) => e.involvedObject.name === 'ssd' && e.reason === 'FailedScheduling')
      .reduce((sum, e) => sum + (e.series?.count ?? 1), 0);
  const later = async () => {
    clock.advance(1_000);
    await activity.idle();
  };
  await client.patch(nodes, '', 'node01', 'merge', { metadata: { labels: { disk: 'hdd' } } });
  await client.patch(pods, 'default', 'other', 'merge', { metadata: { labels: { tier: 'web' } } });
  await client.delete(pods, 'default', 'other');
  await later();
  expect(await tries()).toBe(1);
  await client.patch(nodes, '', 'node02', 'merge', { metadata: { labels: { disk: 'ssd' } } });
  await later();
  expect(await nodeOf('ssd')).toBe('node02');
});

test('a node attaches no more volumes of a driver than its CSINode allows', async () => {
  const drivers = [{ name: 'disk.example.com', nodeID: 'x', allocatable: { count: 1 } }];
  for (const name of ['node01', 'node02']) await client.create(csinodes, { metadata: { name }, spec: { drivers } });
  const using = (name: string) => pod(name, { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: name } }] });
  for (const name of ['x', 'y', 'z']) {
    const csi = { driver: 'disk.example.com', volumeHandle: name };
    await client.create(persistentvolumes, { metadata: { name }, spec: { csi } });
    await client.create(persistentvolumeclaims, {
      metadata: { name, namespace: 'default', annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } },
      spec: { volumeName: name },
    });
    await create(using(name));
  }
  expect(new Set([await nodeOf('x'), await nodeOf('y')])).toEqual(new Set(['node01', 'node02']));
  expect(await why('z')).toBe(
    '0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) exceed max volume count. no new claims to deallocate, preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.',
  );
});
