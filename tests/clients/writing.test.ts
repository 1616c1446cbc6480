import {
  ApiException,
  AppsV1Api,
  AuthenticationV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  KubernetesObjectApi,
  loadAllYaml,
  Metrics,
  PatchStrategy,
  RbacAuthorizationV1Api,
  setHeaderOptions,
  topNodes,
  type KubernetesObject,
  type V1Deployment,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, serveCluster, type ServedCluster } from './fixture.ts';

let served: ServedCluster;
let core: CoreV1Api;
let apps: AppsV1Api;
let objects: KubernetesObjectApi;

beforeAll(async () => {
  served = await serveCluster();
  core = served.config.makeApiClient(CoreV1Api);
  apps = served.config.makeApiClient(AppsV1Api);
  objects = KubernetesObjectApi.makeApiClient(served.config);
});
afterAll(() => served.close());

const namespace = 'default';
const deployment = (name: string): V1Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'web', image: 'nginx', env: [{ name: 'A', value: '1' }] }] },
    },
  },
});

/** What a refusal says: the body of a Status. */
async function refusal(call: Promise<unknown>): Promise<{ code: number; reason: string; message: string }> {
  try {
    await call;
  } catch (err) {
    if (!(err instanceof ApiException)) throw err;
    const body = err.body as unknown;
    // Of a 401 this client keeps no body.
    if (body === undefined) return { code: err.code, reason: '', message: '' };
    return (typeof body === 'string' ? JSON.parse(body) : body) as { code: number; reason: string; message: string };
  }
  throw new Error('it was not refused');
}

test('each type of patch', async () => {
  const name = 'patched';
  await apps.createNamespacedDeployment({ namespace, body: deployment(name) });
  const as = (strategy: string) => setHeaderOptions('Content-Type', strategy);
  const patch = (body: object, strategy: string, more = {}) =>
    apps.patchNamespacedDeployment({ namespace, name, body, ...more }, as(strategy));

  const json = await patch([{ op: 'replace', path: '/spec/replicas', value: 3 }], PatchStrategy.JsonPatch);
  expect(json.spec?.replicas).toBe(3);

  const merged = await patch({ metadata: { labels: { tide: 'high' } } }, PatchStrategy.MergePatch);
  expect(merged.metadata?.labels).toEqual({ tide: 'high' });

  const added = { name: 'side', image: 'busybox', command: ['sleep', '1d'] };
  const strategic = await patch(
    { spec: { template: { spec: { containers: [added] } } } },
    PatchStrategy.StrategicMergePatch,
  );
  expect(strategic.spec?.template.spec?.containers.map((c) => c.name)).toEqual(['side', 'web']);

  const applied = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec: { replicas: 5 } };
  const conflict = await refusal(patch(applied, PatchStrategy.ServerSideApply, { fieldManager: 'pilot' }));
  expect(conflict).toMatchObject({ code: 409, reason: 'Conflict' });
  expect(conflict.message).toContain('.spec.replicas');
  const forced = await patch(applied, PatchStrategy.ServerSideApply, { fieldManager: 'pilot', force: true });
  expect(forced.spec?.replicas).toBe(5);
  expect(forced.metadata?.managedFields?.some((m) => m.manager === 'pilot' && m.operation === 'Apply')).toBe(true);

  expect(
    await refusal(patch([{ op: 'test', path: '/spec/replicas', value: 9 }], PatchStrategy.JsonPatch)),
  ).toMatchObject({
    code: 422,
    reason: 'Invalid',
  });
  await apps.deleteNamespacedDeployment({ namespace, name });
});

test('objects of any kind from YAML: create, read, list, apply, replace, delete', async () => {
  const manifests = loadAllYaml(`
apiVersion: v1
kind: Namespace
metadata: {name: harbour}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ships.fleet.example.com}
spec:
  group: fleet.example.com
  scope: Namespaced
  names: {plural: ships, singular: ship, kind: Ship}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: {type: object, properties: {crew: {type: integer, minimum: 1}, home: {type: string, default: Busan}}}
`) as KubernetesObject[];
  for (const manifest of manifests) await objects.create(manifest);
  const ship = (crew: number) => ({
    apiVersion: 'fleet.example.com/v1',
    kind: 'Ship',
    metadata: { name: 'argo', namespace: 'harbour' },
    spec: { crew },
  });
  const made = await eventually(() => objects.create(ship(50)));
  expect(made.spec).toEqual({ crew: 50, home: 'Busan' });
  expect(await objects.list('fleet.example.com/v1', 'Ship', 'harbour')).toMatchObject({
    kind: 'ShipList',
    items: [{ metadata: { name: 'argo' } }],
  });
  const applied = await objects.patch(ship(51), undefined, undefined, 'pilot', true, PatchStrategy.ServerSideApply);
  expect(applied.spec.crew).toBe(51);
  expect(
    await refusal(objects.patch(ship(0), undefined, undefined, 'pilot', true, PatchStrategy.ServerSideApply)),
  ).toMatchObject({
    code: 422,
    message: expect.stringContaining('spec.crew in body should be greater than or equal to 1') as string,
  });
  const current = await objects.read<typeof made>({ ...ship(0), metadata: { name: 'argo', namespace: 'harbour' } });
  await objects.replace({ ...current, spec: { crew: 52 } });
  expect(await refusal(objects.replace({ ...current, spec: { crew: 53 } }))).toMatchObject({
    code: 409,
    reason: 'Conflict',
  });
  const custom = served.config.makeApiClient(CustomObjectsApi);
  const where = { group: 'fleet.example.com', version: 'v1', namespace: 'harbour', plural: 'ships' };
  expect(await custom.getNamespacedCustomObject({ ...where, name: 'argo' })).toMatchObject({ spec: { crew: 52 } });
  for (const manifest of manifests.toReversed()) await objects.delete(manifest);
  await eventually(async () => (await refusal(core.readNamespace({ name: 'harbour' }))).code === 404);
});

test('a dry run changes nothing', async () => {
  const answer = await objects.create(deployment('dry'), undefined, 'All');
  expect(answer.metadata?.uid).toBeDefined();
  expect(await refusal(apps.readNamespacedDeployment({ namespace, name: 'dry' }))).toEqual(
    expect.objectContaining({ code: 404, reason: 'NotFound', message: 'deployments.apps "dry" not found' }),
  );
});

test('preconditions, and deletion of a collection', async () => {
  const create = (name: string) =>
    core.createNamespacedConfigMap({ namespace, body: { metadata: { name, labels: { of: 'many' } } } });
  const { metadata } = await create('one');
  await create('two');
  const stale = { preconditions: { uid: '00000000-0000-4000-8000-000000000000' } };
  expect(await refusal(core.deleteNamespacedConfigMap({ namespace, name: 'one', body: stale }))).toMatchObject({
    code: 409,
  });
  await core.deleteNamespacedConfigMap({
    namespace,
    name: 'one',
    body: { preconditions: { uid: metadata?.uid ?? '' } },
  });
  await core.deleteCollectionNamespacedConfigMap({ namespace, labelSelector: 'of=many' });
  expect((await core.listNamespacedConfigMap({ namespace, labelSelector: 'of=many' })).items).toEqual([]);
});

test('a token of a service account is good for what its role allows', async () => {
  const name = 'pilot';
  await core.createNamespacedServiceAccount({ namespace, body: { metadata: { name } } });
  const rbac = served.config.makeApiClient(RbacAuthorizationV1Api);
  await rbac.createNamespacedRole({
    namespace,
    body: { metadata: { name }, rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }] },
  });
  await rbac.createNamespacedRoleBinding({
    namespace,
    body: {
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
  });
  const { status } = await core.createNamespacedServiceAccountToken({
    namespace,
    name,
    body: { spec: { audiences: [], expirationSeconds: 600 } },
  });
  const as = (token: string): KubeConfig => {
    const config = new KubeConfig();
    const cluster = served.config.getCurrentCluster();
    if (!cluster) throw new Error('the kubeconfig names no cluster');
    config.loadFromClusterAndUser(cluster, { name, token });
    return config;
  };
  const mine = as(status?.token ?? '').makeApiClient(CoreV1Api);
  expect((await mine.listNamespacedPod({ namespace })).kind).toBe('PodList');
  expect(await refusal(mine.listNamespacedSecret({ namespace }))).toMatchObject({
    code: 403,
    message:
      'secrets is forbidden: User "system:serviceaccount:default:pilot" cannot list resource "secrets" in API group "" in the namespace "default"',
  });
  const review = await as(status?.token ?? '')
    .makeApiClient(AuthenticationV1Api)
    .createSelfSubjectReview({ body: {} });
  expect(review.status?.userInfo?.username).toBe('system:serviceaccount:default:pilot');
  expect(await refusal(as('made-up').makeApiClient(CoreV1Api).listNamespacedPod({ namespace }))).toMatchObject({
    code: 401,
  });
  await core.deleteNamespacedServiceAccount({ namespace, name });
  expect(await refusal(mine.listNamespacedPod({ namespace }))).toMatchObject({ code: 401 });
});

test('metrics of nodes and pods', async () => {
  const metrics = new Metrics(served.config);
  const nodes = await eventually(async () => (await metrics.getNodeMetrics()).items);
  expect(nodes.map((n) => n.metadata.name).sort()).toEqual(['controlplane', 'node01', 'node02']);
  expect(nodes[0]?.usage.cpu).toMatch(/^\d+[num]?$/);
  const pods = await metrics.getPodMetrics('kube-system');
  expect(pods.items.some((p) => p.metadata.name === 'etcd-controlplane')).toBe(true);
  const top = await topNodes(core);
  expect(top.map((n) => Number(n.CPU.Capacity))).toEqual([2, 2, 2]);
});
