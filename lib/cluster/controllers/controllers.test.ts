import { afterEach, expect, test } from 'vitest';
import {
  endpointslices,
  jobs,
  nodes,
  persistentvolumeclaims,
  persistentvolumes,
  pods,
  replicasets,
  services,
} from '../schema/generated/resources.ts';
import type { PersistentVolumeClaim, Pod } from '../schema/generated/types.ts';
import { endpointSlice } from './endpoints/endpoint-slices.ts';
import { garbageCollector } from './garbage-collector/index.ts';
import { job } from './job/index.ts';
import { formatIndexes, parseIndexes } from './job/job-pods.ts';
import { isEnabled } from './manager.ts';
import { taintEviction } from './node/taint-eviction.ts';
import { nodeLifecycle } from './node/lifecycle.ts';
import { volumeBinder } from './storage/binder.ts';
import { TestCluster } from './test-cluster.ts';

let cluster: TestCluster;
afterEach(() => cluster?.stop());

const pod = (name: string, extra: Partial<Pod['spec']> = {}): Pod => ({
  metadata: { name, namespace: 'default', labels: { app: 'web' } },
  spec: { containers: [{ name: 'c', image: 'nginx' }], ...extra },
});

test('--controllers names, excludes and defaults', () => {
  expect(isEnabled('deployment-controller')).toBe(true);
  expect(isEnabled('deployment-controller', '*,-deployment')).toBe(false);
  expect(isEnabled('token-cleaner-controller', '*')).toBe(false);
  expect(isEnabled('token-cleaner-controller', '*,bootstrapsigner,tokencleaner')).toBe(true);
  expect(isEnabled('job-controller', 'deployment-controller')).toBe(false);
});

test('an endpoint slice follows the pods of its service', async () => {
  cluster = new TestCluster([endpointSlice]);
  const ports = [{ name: 'web', port: 80, targetPort: 8080 }];
  await cluster.client.create(services, {
    metadata: { name: 'web', namespace: 'default' },
    spec: { selector: { app: 'web' }, ports },
  });
  await cluster.settle();
  expect((await cluster.list(endpointslices))[0]?.endpoints).toEqual([]);
  await cluster.client.create(pods, pod('a', { nodeName: 'node01' }));
  await cluster.settle();
  const slice = (await cluster.list(endpointslices))[0];
  expect(slice?.ports).toEqual([{ name: 'web', port: 8080, protocol: 'TCP' }]);
  expect(slice?.endpoints).toMatchObject([
    { addresses: ['10.0.0.1'], conditions: { ready: true, serving: true, terminating: false }, nodeName: 'node01' },
  ]);
  await cluster.client.delete(services, 'default', 'web');
  await cluster.settle();
  expect(await cluster.list(endpointslices)).toEqual([]);
});

const claim = (name: string, spec: PersistentVolumeClaim['spec'] = {}): PersistentVolumeClaim => ({
  metadata: { name, namespace: 'default' },
  spec: {
    storageClassName: '',
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
    ...spec,
  },
});

test('a claim gets the smallest volume that holds it; a retained volume is released afterwards', async () => {
  cluster = new TestCluster([volumeBinder]);
  for (const [name, storage] of [
    ['big', '5Gi'],
    ['small', '500Mi'],
    ['fits', '2Gi'],
  ] as const) {
    await cluster.client.create(persistentvolumes, {
      metadata: { name },
      spec: {
        capacity: { storage },
        accessModes: ['ReadWriteOnce'],
        hostPath: { path: '/x' },
        persistentVolumeReclaimPolicy: 'Retain',
      },
    });
  }
  await cluster.settle();
  await cluster.client.create(persistentvolumeclaims, claim('a'));
  await cluster.client.create(persistentvolumeclaims, claim('huge', { resources: { requests: { storage: '9Gi' } } }));
  await cluster.settle();
  const [bound, pending] = await cluster.list(persistentvolumeclaims);
  expect(bound).toMatchObject({
    spec: { volumeName: 'fits' },
    status: { phase: 'Bound', capacity: { storage: '2Gi' } },
  });
  expect(pending?.status?.phase).toBe('Pending');
  expect(await cluster.events()).toContain(
    'FailedBinding: no persistent volumes available for this claim and no storage class is set',
  );
  await cluster.client.delete(persistentvolumeclaims, 'default', 'a');
  await cluster.settle();
  expect((await cluster.client.get(persistentvolumes, '', 'fits')).status?.phase).toBe('Released');
});

test('dependents go with their last owner', async () => {
  cluster = new TestCluster([garbageCollector]);
  const owner = await cluster.client.create(replicasets, {
    metadata: { name: 'rs', namespace: 'default' },
    spec: { selector: {} },
  });
  const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid: owner.metadata.uid ?? '' }];
  const owned = pod('owned');
  await cluster.client.create(pods, { ...owned, metadata: { ...owned.metadata, ownerReferences } });
  await cluster.client.create(pods, pod('free'));
  await cluster.settle();
  expect(await cluster.names(pods)).toEqual(['owned', 'free']);
  await cluster.client.delete(replicasets, 'default', 'rs');
  await cluster.pass(2);
  expect(await cluster.names(pods)).toEqual(['free']);
});

test('a job counts its pods, and completes', async () => {
  cluster = new TestCluster([job]);
  await cluster.client.create(jobs, {
    metadata: { name: 'sum', namespace: 'default' },
    spec: {
      completions: 2,
      parallelism: 1,
      selector: { matchLabels: { job: 'sum' } },
      template: { metadata: { name: '', labels: { job: 'sum' } }, spec: { containers: [{ name: 'c' }] } },
    },
  });
  for (let i = 0; i < 2; i++) {
    await cluster.settle();
    const running = (await cluster.list(pods)).find((p) => p.status?.phase === 'Running');
    const done = { ...running?.status, phase: 'Succeeded' };
    await cluster.client.patch(
      pods,
      'default',
      running?.metadata.name ?? '',
      'merge',
      { status: done },
      { subresource: 'status' },
    );
  }
  await cluster.settle();
  const { status } = await cluster.client.get(jobs, 'default', 'sum');
  expect(status).toMatchObject({ succeeded: 2, uncountedTerminatedPods: {} });
  expect(status?.conditions?.map((c) => `${c.type} ${c.reason}: ${c.message}`)).toEqual([
    'SuccessCriteriaMet CompletionsReached: Reached expected number of succeeded pods',
    'Complete CompletionsReached: Reached expected number of succeeded pods',
  ]);
  expect((await cluster.list(pods)).flatMap((p) => p.metadata.finalizers ?? [])).toEqual([]);
  expect((await cluster.events()).at(-1)).toBe('Completed: Job completed');
});

test('completed indexes as a text', () => {
  expect(formatIndexes([4, 0, 1, 2, 7, 8])).toBe('0-2,4,7,8');
  expect(parseIndexes('0-2,4,7,8')).toEqual([0, 1, 2, 4, 7, 8]);
});

test('a silent node becomes unknown, and pods leave it when their time is up', async () => {
  cluster = new TestCluster([nodeLifecycle, taintEviction]);
  const conditions = [
    { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
  ];
  await cluster.client.create(nodes, { metadata: { name: 'node01' }, spec: {}, status: { conditions } });
  const stays = [
    { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 30 },
  ];
  await cluster.client.create(pods, pod('waits', { nodeName: 'node01', tolerations: stays }));
  await cluster.client.create(pods, pod('leaves', { nodeName: 'node01' }));
  await cluster.settle();
  await cluster.pass(49);
  expect(await cluster.names(pods)).toEqual(['waits', 'leaves']);
  await cluster.pass(3);
  const { spec, status } = await cluster.client.get(nodes, '', 'node01');
  expect(status?.conditions?.[0]).toMatchObject({ status: 'Unknown', message: 'Kubelet stopped posting node status.' });
  expect(spec.taints?.map((t) => `${t.key}:${t.effect}`)).toEqual([
    'node.kubernetes.io/unreachable:NoSchedule',
    'node.kubernetes.io/unreachable:NoExecute',
  ]);
  expect(await cluster.names(pods)).toEqual(['waits']);
  await cluster.pass(30);
  expect(await cluster.names(pods)).toEqual([]);
  expect(await cluster.events()).toContain('TaintManagerEviction: Marking for deletion Pod default/waits');
});
