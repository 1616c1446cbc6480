import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CoreV1Api,
  ListWatch,
  makeInformer,
  Watch,
  type KubernetesListObject,
  type V1ConfigMap,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, serveCluster, type ServedCluster } from './fixture.ts';

const PATH = '/api/v1/namespaces/default/configmaps';

let served: ServedCluster;
let core: CoreV1Api;

beforeAll(async () => {
  served = await serveCluster();
  core = served.config.makeApiClient(CoreV1Api);
});
afterAll(() => served.close());

const list = () => core.listNamespacedConfigMap({ namespace: 'default', labelSelector: 'of=watching' });
const create = (name: string, data: Record<string, string> = {}) =>
  core.createNamespacedConfigMap({
    namespace: 'default',
    body: { metadata: { name, labels: { of: 'watching' } }, data },
  });
const remove = (name: string) => core.deleteNamespacedConfigMap({ namespace: 'default', name });

/** Everything that a watch tells, in words. */
async function follow(query: Record<string, string | number | boolean>) {
  const told: string[] = [];
  const objects: { code?: number; message?: string }[] = [];
  let done = false;
  const handle = await new Watch(served.config).watch(
    PATH,
    query,
    (type: string, object: V1ConfigMap & { code?: number; message?: string }) => {
      told.push(`${type} ${object.metadata?.name ?? object.code ?? ''}`.trim());
      objects.push(object);
    },
    () => (done = true),
  );
  return { told, objects, isDone: () => done, stop: () => handle.abort() };
}

test('a watch tells what happens after a version, and of a selection only that', async () => {
  const { metadata } = await list();
  const since = { resourceVersion: metadata?.resourceVersion ?? '', labelSelector: 'of=watching' };
  await create('early');
  const all = await follow(since);
  const one = await follow({ ...since, fieldSelector: 'metadata.name=late' });
  await create('late');
  await core.patchNamespacedConfigMap({
    namespace: 'default',
    name: 'late',
    body: [{ op: 'add', path: '/data', value: { tide: 'low' } }],
  });
  await remove('late');
  await remove('early');
  await eventually(() => all.told.includes('DELETED early'));
  expect(all.told).toEqual(['ADDED early', 'ADDED late', 'MODIFIED late', 'DELETED late', 'DELETED early']);
  expect(one.told).toEqual(['ADDED late', 'MODIFIED late', 'DELETED late']);
  all.stop();
  one.stop();
});

test('a watch ends when its time is up', async () => {
  const watch = await follow({ timeoutSeconds: 1 });
  expect(await eventually(() => watch.isDone())).toBe(true);
});

test('initial events end with a bookmark', async () => {
  await create('there');
  const watch = await follow({
    sendInitialEvents: true,
    resourceVersionMatch: 'NotOlderThan',
    allowWatchBookmarks: true,
    labelSelector: 'of=watching',
  });
  await eventually(() => watch.told.includes('BOOKMARK'));
  expect(watch.told).toEqual(['ADDED there', 'BOOKMARK']);
  expect(watch.objects[1]).toMatchObject({ metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } });
  watch.stop();
  await remove('there');
});

test('a version that is too old is told in the stream', async () => {
  const watch = await follow({ resourceVersion: '1' });
  await eventually(() => watch.isDone());
  expect(watch.told).toEqual(['ERROR 410']);
  expect(watch.objects[0]).toMatchObject({
    reason: 'Expired',
    message: expect.stringMatching(/^too old resource version: 1 \(\d+\)$/) as string,
  });
});

test('pages of a list', async () => {
  for (let i = 0; i < 5; i++) await create(`page-${i}`);
  const first = await core.listNamespacedConfigMap({ namespace: 'default', limit: 2 });
  expect(first.metadata?.remainingItemCount).toBeGreaterThan(0);
  const names: (string | undefined)[] = [];
  for (let next: string | undefined = ''; next !== undefined;) {
    const page = await core.listNamespacedConfigMap({
      namespace: 'default',
      limit: 2,
      ...(next ? { _continue: next } : {}),
    });
    names.push(...page.items.map((item) => item.metadata?.name));
    // eslint-disable-next-line no-underscore-dangle -- the client's name for a member that is called continue
    next = page.metadata?._continue;
  }
  expect(names).toEqual([...names].sort());
  expect(names).toEqual(
    (await core.listNamespacedConfigMap({ namespace: 'default' })).items.map((i) => i.metadata?.name),
  );
  for (let i = 0; i < 5; i++) await remove(`page-${i}`);
});

test('an informer follows, and lists again when its version is too old', async () => {
  let lists = 0;
  const listing = async (): Promise<KubernetesListObject<V1ConfigMap>> => {
    const { items, metadata } = await list();
    // Such a version has a client that was away for long.
    return { items, metadata: ++lists === 1 ? { resourceVersion: '1' } : metadata };
  };
  const informer = new ListWatch<V1ConfigMap>(PATH, new Watch(served.config), listing, false, 'of=watching');
  await create('before');
  const seen: string[] = [];
  informer.on('add', (o) => seen.push(`+${o.metadata?.name}`));
  informer.on('update', (o) => seen.push(`~${o.metadata?.name}`));
  informer.on('delete', (o) => seen.push(`-${o.metadata?.name}`));
  await informer.start();
  await eventually(() => lists === 2);
  await create('after');
  await eventually(() => seen.includes('+after'));
  await remove('before');
  await eventually(() => seen.includes('-before'));
  expect(seen).toEqual(['+before', '+after', '-before']);
  expect(informer.get('after', 'default')?.metadata?.name).toBe('after');
  await informer.stop();
  await remove('after');
});

test('an informer that starts again after the API server was away holds what is there', async () => {
  const informer = makeInformer(served.config, PATH, list, 'of=watching');
  let away = false;
  informer.on('error', () => {
    away = true;
    setTimeout(() => void informer.start(), 200);
  });
  await create('old');
  await informer.start();
  expect(informer.get('old', 'default')).toBeDefined();

  const { disk = '' } = served.cluster.nodes.find((n) => n.controlPlane) ?? {};
  const manifest = join(disk, 'etc/kubernetes/manifests/kube-apiserver.yaml');
  renameSync(manifest, join(disk, 'kube-apiserver.yaml'));
  await eventually(() => away);
  writeFileSync(manifest, readFileSync(join(disk, 'kube-apiserver.yaml')));

  await eventually(() => remove('old'));
  await create('new');
  await eventually(() => informer.get('new', 'default') !== undefined && informer.get('old', 'default') === undefined);
  await informer.stop();
});
