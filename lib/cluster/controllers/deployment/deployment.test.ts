import { afterEach, expect, test } from 'vitest';
import { deployments, pods, replicasets } from '../../schema/generated/resources.ts';
import type { Deployment } from '../../schema/generated/types.ts';
import { replicaSet } from '../replicaset/replica-set.ts';
import { TestCluster } from '../test-cluster.ts';
import { deployment } from './index.ts';

let cluster: TestCluster;
afterEach(() => cluster.stop());

const web = (image: string, spec: Partial<Deployment['spec']> = {}): Deployment => ({
  metadata: { name: 'web', namespace: 'default', labels: { app: 'web' } },
  spec: {
    replicas: 3,
    progressDeadlineSeconds: 600,
    revisionHistoryLimit: 10,
    selector: { matchLabels: { app: 'web' } },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    template: { metadata: { name: '', labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image }] } },
    ...spec,
  },
});

const get = () => cluster.client.get(deployments, 'default', 'web');

test('a deployment makes a replica set and pods, and says so', async () => {
  cluster = new TestCluster([deployment, replicaSet]);
  await cluster.client.create(deployments, web('nginx'));
  await cluster.settle();
  const { status, metadata } = await get();
  expect(metadata.generation).toBe(1);
  expect(status).toMatchObject({ replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 });
  expect(status).not.toHaveProperty('unavailableReplicas');
  const [set] = await cluster.list(replicasets);
  expect(set?.metadata.name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{8,10}$/);
  expect(status?.conditions?.map((c) => [c.type, c.status, c.reason, c.message])).toEqual([
    ['Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.'],
    [
      'Progressing',
      'True',
      'NewReplicaSetAvailable',
      `ReplicaSet "${set?.metadata.name}" has successfully progressed.`,
    ],
  ]);
  expect((await cluster.events())[0]).toBe(
    `ScalingReplicaSet: Scaled up replica set ${set?.metadata.name} from 0 to 3`,
  );
  expect(await cluster.names(pods)).toHaveLength(3);
});

test('a new template rolls out within surge and unavailability', async () => {
  cluster = new TestCluster([deployment, replicaSet]);
  await cluster.client.create(deployments, web('nginx:1'));
  await cluster.settle();
  await cluster.client.update(deployments, { ...(await get()), spec: web('nginx:2').spec });
  await cluster.settle();
  const sets = await cluster.list(replicasets);
  expect(sets.map((s) => s.spec.replicas).sort()).toEqual([0, 3]);
  expect(sets.map((s) => s.metadata.annotations?.['deployment.kubernetes.io/revision'])).toEqual(['1', '2']);
  const scaling = (await cluster.events())
    .filter((e) => e.startsWith('Scaling'))
    .map((e) => e.replaceAll(/web-\w+/g, 'X'));
  expect(scaling).toEqual([
    'ScalingReplicaSet: Scaled up replica set X from 0 to 3',
    'ScalingReplicaSet: Scaled up replica set X from 0 to 1',
    'ScalingReplicaSet: Scaled down replica set X from 3 to 2',
    'ScalingReplicaSet: Scaled up replica set X from 1 to 2',
    'ScalingReplicaSet: Scaled down replica set X from 2 to 1',
    'ScalingReplicaSet: Scaled up replica set X from 2 to 3',
    'ScalingReplicaSet: Scaled down replica set X from 1 to 0',
  ]);
});

test('a rollout that hangs is reported after its deadline', async () => {
  cluster = new TestCluster([deployment, replicaSet]);
  cluster.ready = () => false;
  await cluster.client.create(deployments, web('nginx', { progressDeadlineSeconds: 30 }));
  await cluster.settle();
  await cluster.pass(33);
  expect((await get()).status?.conditions?.find((c) => c.type === 'Progressing')).toMatchObject({
    status: 'False',
    reason: 'ProgressDeadlineExceeded',
  });
});

test('pausing holds a rollout, recreate empties the old set first', async () => {
  cluster = new TestCluster([deployment, replicaSet]);
  await cluster.client.create(deployments, web('nginx:1', { strategy: { type: 'Recreate' } }));
  await cluster.settle();
  const changed = web('nginx:2', { strategy: { type: 'Recreate' }, paused: true });
  await cluster.client.update(deployments, { ...(await get()), spec: changed.spec });
  await cluster.settle();
  expect(await cluster.names(replicasets)).toHaveLength(1);
  expect((await get()).status?.conditions?.at(-1)).toMatchObject({ reason: 'DeploymentPaused', status: 'Unknown' });
  await cluster.client.patch(deployments, 'default', 'web', 'merge', { spec: { paused: null } });
  await cluster.settle();
  expect((await cluster.list(replicasets)).map((s) => s.spec.replicas).sort()).toEqual([0, 3]);
});
