import { afterEach, beforeEach, expect, test } from 'vitest';
import { Activity } from '../kit/activity.ts';
import { ManualClock } from '../kit/clock.ts';
import { seededRandom } from '../kit/random.ts';
import { ADMIN, testServer } from './apiserver/test-server.ts';
import { createClient, createInformerFactory, type Client } from './client/index.ts';
import { startControllerManager } from './controllers/index.ts';
import { formatTime } from './machinery/object.ts';
import {
  configmaps,
  daemonsets,
  deployments,
  namespaces,
  nodes,
  persistentvolumeclaims,
  pods,
  replicasets,
  services,
  statefulsets,
} from './schema/generated/resources.ts';
import type { Pod, PodTemplateSpec } from './schema/generated/types.ts';

// Controllers over the real API server, in one process, with time that stands still: pods become ready at once, and what
// is deleted is gone when its grace period is cut to 0 by the stand-in for kubelets.

let activity: Activity;
let clock: ManualClock;
let client: Client;
let stop: () => void;
/** Names of pods that do not become ready. */
let stuck: Set<string>;

const settle = () => activity.idle();

beforeEach(async () => {
  activity = new Activity();
  clock = new ManualClock();
  stuck = new Set();
  const random = seededRandom(1);
  const server = testServer({ clock, activity });
  const transport = server.transport(ADMIN);
  client = createClient(transport);
  await client.create(namespaces, { metadata: { name: 'default' }, spec: {} });
  const manager = startControllerManager({
    transport,
    transportFor: () => transport,
    node: 'controlplane',
    flags: new Map([
      ['leader-elect', 'false'],
      ['controllers', 'statefulset,daemonset,deployment,replicaset,namespace,garbagecollector'],
    ]),
    files: {},
    clock,
    random,
    activity,
    onLost: () => undefined,
  });
  const informers = createInformerFactory(client, { clock, activity });
  const kubelet = (pod: Pod) => void activity.track(actAsKubelet(pod));
  informers.informer(pods).onEvent({ add: kubelet, update: kubelet });
  stop = () => {
    manager.stop();
    informers.stop();
    void server.close();
  };
});

afterEach(() => stop());

async function actAsKubelet({ metadata, status }: Pod): Promise<void> {
  const { name, namespace = '' } = metadata;
  const ignore = () => undefined;
  if (metadata.deletionTimestamp) {
    return client.delete(pods, namespace, name, { gracePeriodSeconds: 0 }).catch(ignore);
  }
  if (status?.phase === 'Running' || stuck.has(name)) return;
  const lastTransitionTime = formatTime(clock.now());
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime }];
  const running = { status: { phase: 'Running', conditions } };
  await client.patch(pods, namespace, name, 'merge', running, { subresource: 'status' }).catch(ignore);
}

const names = async (resource: Parameters<Client['list']>[0], namespace = 'default') =>
  (await client.list(resource, { namespace })).items.map((o) => o.metadata.name);

const metadata = { name: 'web', namespace: 'default' };
const selector = { matchLabels: { app: 'web' } };
const template = (image = 'nginx:1'): PodTemplateSpec => ({
  metadata: { name: '', labels: { app: 'web' } },
  spec: { containers: [{ name: 'c', image }] },
});

test('a StatefulSet starts its pods in order, each with its claim, and keeps the claims when it shrinks', async () => {
  stuck.add('web-1');
  const claim = {
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  };
  await client.create(statefulsets, {
    metadata,
    spec: { replicas: 3, serviceName: 'web', selector, template: template(), volumeClaimTemplates: [claim] },
  });
  await settle();
  expect(await names(pods)).toEqual(['web-0', 'web-1']);

  stuck.clear();
  await client.patch(pods, 'default', 'web-1', 'merge', { metadata: { annotations: { now: 'ready' } } });
  await settle();
  expect(await names(pods)).toEqual(['web-0', 'web-1', 'web-2']);
  expect((await client.get(statefulsets, 'default', 'web')).status).toMatchObject({ replicas: 3, readyReplicas: 3 });

  await client.patch(statefulsets, 'default', 'web', 'merge', { spec: { replicas: 1 } });
  await settle();
  expect(await names(pods)).toEqual(['web-0']);
  expect(await names(persistentvolumeclaims)).toEqual(['data-web-0', 'data-web-1', 'data-web-2']);
});

test('a StatefulSet whose pods are not ready shrinks no further than to the first of them', async () => {
  await client.create(statefulsets, {
    metadata,
    spec: { replicas: 3, serviceName: 'web', selector, template: template() },
  });
  await settle();
  const turn = async (name: string, status: string) => {
    const conditions = [{ type: 'Ready', status, lastTransitionTime: formatTime(clock.now()) }];
    await client.patch(pods, 'default', name, 'merge', { status: { conditions } }, { subresource: 'status' });
  };
  for (const name of ['web-0', 'web-1', 'web-2']) await turn(name, 'False');
  await client.patch(statefulsets, 'default', 'web', 'merge', { spec: { replicas: 0 } });
  await settle();
  expect(await names(pods)).toEqual(['web-0', 'web-1', 'web-2']);

  await turn('web-2', 'True');
  await settle();
  expect(await names(pods)).toEqual(['web-0', 'web-1']);
  await turn('web-1', 'True');
  await settle();
  expect(await names(pods)).toEqual([]);
});

test('a DaemonSet has one pod on each node that it fits, tainted ones left out', async () => {
  const taints = [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }];
  await client.create(nodes, { metadata: { name: 'controlplane' }, spec: { taints } });
  await client.create(nodes, { metadata: { name: 'node01' }, spec: {} });
  await client.create(daemonsets, { metadata, spec: { selector, template: template() } });
  await settle();
  expect((await client.get(daemonsets, 'default', 'web')).status).toMatchObject({ desiredNumberScheduled: 1 });

  await client.create(nodes, { metadata: { name: 'node02' }, spec: {} });
  await settle();
  const made = (await client.list(pods, { namespace: 'default' })).items;
  const targets = made.map((pod) => {
    const [term] =
      pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
    return term?.matchFields?.[0]?.values?.[0];
  });
  expect(targets.sort()).toEqual(['node01', 'node02']);
});

test('an evicted pod says why it goes', async () => {
  const { spec } = template();
  const finalizers = ['example.org/keep'];
  await client.create(pods, {
    metadata: { name: 'ship', namespace: 'default', finalizers },
    spec: spec as Pod['spec'],
  });
  await settle();
  const evict = (deleteOptions: object) =>
    client.createSubresource(pods, 'default', 'ship', 'eviction', {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: 'ship', namespace: 'default' },
      deleteOptions,
    });
  const marks = async () =>
    (await client.get(pods, 'default', 'ship')).status?.conditions?.filter((c) => c.type === 'DisruptionTarget');
  await expect(evict({ preconditions: { uid: 'another' } })).rejects.toThrow(
    /UID in precondition|UID in the precondition/,
  );
  expect(await marks()).toEqual([]);
  const { resourceVersion } = (await client.get(pods, 'default', 'ship')).metadata;
  await evict({ preconditions: { resourceVersion } });
  expect(await marks()).toMatchObject([{ status: 'True', reason: 'EvictionByEvictionAPI' }]);
  expect((await client.get(pods, 'default', 'ship')).metadata.deletionTimestamp).toBeDefined();
});

test('a namespace keeps the rest of what it holds for as long as it has pods', async () => {
  await client.create(namespaces, { metadata: { name: 'port' }, spec: {} });
  await client.create(configmaps, { metadata: { name: 'tide', namespace: 'port' } });
  const finalizers = ['example.org/keep'];
  const { spec } = template();
  await client.create(pods, { metadata: { name: 'ship', namespace: 'port', finalizers }, spec: spec as Pod['spec'] });
  await client.delete(namespaces, '', 'port');
  await settle();
  expect(await names(configmaps, 'port')).toEqual(['tide']);

  await client.patch(pods, 'port', 'ship', 'merge', { metadata: { finalizers: null } });
  await settle();
  expect(await names(configmaps, 'port')).toEqual([]);
  expect((await client.list(namespaces)).items.map((n) => n.metadata.name)).not.toContain('port');
});

test('a namespace takes all that it holds with it, and waits for finalizers', async () => {
  await client.create(namespaces, { metadata: { name: 'team' }, spec: {} });
  await client.create(configmaps, { metadata: { name: 'plain', namespace: 'team' } });
  await client.create(configmaps, { metadata: { name: 'held', namespace: 'team', finalizers: ['example.org/hold'] } });
  await client.create(services, { metadata: { name: 'web', namespace: 'team' }, spec: { ports: [{ port: 80 }] } });
  await client.delete(namespaces, '', 'team');
  await settle();
  expect((await client.get(namespaces, '', 'team')).status?.phase).toBe('Terminating');
  expect(await names(configmaps, 'team')).toEqual(['held']);
  expect(await names(services, 'team')).toEqual([]);

  await client.patch(configmaps, 'team', 'held', 'merge', { metadata: { finalizers: null } });
  clock.advance(60_000);
  await settle();
  expect(await names(namespaces, '')).toEqual(['default']);
});

test('the garbage collector follows owners down, orphans on request, and lets foreground deletion wait', async () => {
  await client.create(deployments, { metadata, spec: { replicas: 2, selector, template: template() } });
  await settle();
  expect(await names(pods)).toHaveLength(2);
  expect((await client.get(deployments, 'default', 'web')).metadata.generation).toBe(1);

  await client.delete(deployments, 'default', 'web', { propagationPolicy: 'Orphan' });
  await settle();
  const [orphan = ''] = await names(replicasets);
  expect((await client.get(replicasets, 'default', orphan)).metadata.ownerReferences).toBeUndefined();
  expect(await names(pods)).toHaveLength(2);

  await client.delete(replicasets, 'default', orphan, { propagationPolicy: 'Foreground' });
  await settle();
  expect(await names(replicasets)).toEqual([]);
  expect(await names(pods)).toEqual([]);
});
