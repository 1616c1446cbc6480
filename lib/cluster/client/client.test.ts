import { expect, test } from 'vitest';
import { Activity } from '../../kit/activity.ts';
import { ManualClock } from '../../kit/clock.ts';
import { configmaps, events, leases } from '../schema/generated/resources.ts';
import type { ConfigMap } from '../schema/generated/types.ts';
import { createClient } from './create-client.ts';
import { createEventRecorder } from './event-recorder.ts';
import { electLeader } from './leader-election.ts';
import { MemoryTransport } from './memory-transport.ts';
import { createInformerFactory } from './shared-informer.ts';
import { WorkQueue } from './work-queue.ts';

function world() {
  const clock = new ManualClock();
  const activity = new Activity();
  const transport = new MemoryTransport(clock);
  const client = createClient(transport);
  return { clock, activity, transport, client };
}

const configMap = (name: string, data: Record<string, string> = {}): ConfigMap => ({
  metadata: { name, namespace: 'default' },
  data,
});

test('an informer lists, follows, and recovers from a server that went away', async () => {
  const { clock, activity, transport, client } = world();
  await client.create(configmaps, configMap('a'));
  const factory = createInformerFactory(client, { clock, activity });
  const informer = factory.informer(configmaps);
  expect(factory.informer(configmaps)).toBe(informer);
  informer.addIndex('data', (c) => Object.keys(c.data ?? {}));
  const seen: string[] = [];
  informer.onEvent({
    add: (c) => seen.push(`+${c.metadata.name}`),
    update: (c) => seen.push(`~${c.metadata.name}`),
    delete: (c) => seen.push(`-${c.metadata.name}`),
  });
  await activity.idle();
  await client.create(configmaps, configMap('b', { k: 'v' }));
  expect(informer.byIndex('data', 'k').map((c) => c.metadata.name)).toEqual(['b']);
  expect(seen).toEqual(['+a', '+b']);

  transport.crash();
  transport.down = false;
  await client.delete(configmaps, 'default', 'a');
  await client.create(configmaps, configMap('c'));
  transport.down = true;
  clock.advance(900);
  await activity.idle();
  expect(informer.list()).toHaveLength(2);
  transport.down = false;
  clock.advance(2_000);
  await activity.idle();
  expect(seen).toEqual(['+a', '+b', '~b', '+c', '-a']);
  await client.delete(configmaps, 'default', 'b');
  expect(informer.byIndex('data', 'k')).toEqual([]);
});

test('a work queue holds a key once, runs it again when it changed meanwhile, and backs off', async () => {
  const { clock, activity } = world();
  const worked: string[] = [];
  let failing = true;
  const queue = new WorkQueue({
    clock,
    activity,
    work: async (key) => {
      worked.push(key);
      await Promise.resolve();
      if (key === 'bad' && failing) throw new Error('no');
    },
  });
  queue.add('a');
  queue.add('a');
  queue.start();
  queue.add('b');
  queue.add('a');
  await activity.idle();
  expect(worked).toEqual(['a', 'b', 'a']);

  queue.add('bad');
  await activity.idle();
  const tries = worked.filter((k) => k === 'bad').length;
  clock.advance(80);
  await activity.idle();
  expect(worked.filter((k) => k === 'bad')).toHaveLength(tries + 1);
  failing = false;
  clock.advance(160);
  await activity.idle();
  expect(queue.failures('bad')).toBe(0);

  queue.addAfter('later', 1_000);
  queue.addAfter('later', 5_000);
  clock.advance(1_000);
  await activity.idle();
  expect(worked.at(-1)).toBe('later');
  expect(clock.nextDue()).toBeUndefined();
});

test('repeated events are counted, floods of similar ones are combined', async () => {
  const { clock, activity, client } = world();
  const recorder = createEventRecorder({ client, clock, activity, component: 'tester' });
  const about = await client.create(configmaps, configMap('a'));
  for (let i = 0; i < 3; i++) recorder.event(configmaps, about, 'Normal', 'Seen', 'again');
  await activity.idle();
  const [event] = (await client.list(events)).items;
  expect(event).toMatchObject({
    count: 3,
    message: 'again',
    source: { component: 'tester' },
    reportingComponent: 'tester',
    involvedObject: { kind: 'ConfigMap', apiVersion: 'v1', name: 'a', namespace: 'default' },
  });
  for (let i = 0; i < 12; i++) recorder.event(configmaps, about, 'Warning', 'Flood', `number ${i}`);
  await activity.idle();
  const flood = (await client.list(events)).items.filter((e) => e.reason === 'Flood');
  expect(flood).toHaveLength(11);
  expect(flood.at(-1)).toMatchObject({ count: 2, message: '(combined from similar events): number 11' });
});

test('a lease is taken, renewed, and lost when the server stays away', async () => {
  const { clock, activity, transport, client } = world();
  const told: string[] = [];
  const elect = (node: string) =>
    electLeader({
      client,
      clock,
      activity,
      lease: 'kube-scheduler',
      node,
      id: 'x',
      onLeading: () => told.push(`${node} leads`),
      onLost: () => told.push(`${node} lost`),
    });
  elect('one');
  await activity.idle();
  elect('two');
  await activity.idle();
  for (let i = 0; i < 30; i++) {
    clock.advance(1_000);
    await activity.idle();
  }
  expect(told).toEqual(['one leads']);
  transport.down = true;
  for (let i = 0; i < 22; i++) {
    clock.advance(1_000);
    await activity.idle();
  }
  expect(told).toEqual(['one leads', 'one lost']);
  transport.down = false;
  for (let i = 0; i < 20; i++) {
    clock.advance(1_000);
    await activity.idle();
  }
  expect(told).toEqual(['one leads', 'one lost', 'two leads']);
  expect((await client.get(leases, 'kube-system', 'kube-scheduler')).spec).toMatchObject({
    holderIdentity: 'two_x',
    leaseTransitions: 1,
  });
});
