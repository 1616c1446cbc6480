import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ManualClock } from '../kit/clock.ts';
import { createCluster, type Cluster } from './index.ts';
import { configmaps, leases, nodes, pods } from './schema/generated/resources.ts';

/** Beyond the kubelet's regular look at its manifests, and the longest wait of a component for another one. */
const A_WHILE = 30_000;

const MANIFESTS = '/etc/kubernetes/manifests';

/** Credentials take long to make: one cluster's folder is copied for each test. */
let fresh: string;
let dir: string;
let clock: ManualClock;
let cluster: Cluster;

const scratch = () => mkdtempSync(join(tmpdir(), 'drydock-cluster-'));
const open = async () => (cluster = await createCluster({ profile: 'one-node', dir, clock }));

/** Lets time pass, a second at a time, and everything that falls due meanwhile happen. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 1_000) {
    clock.advance(1_000);
    await cluster.settle();
  }
}

const manifest = (name: string) => join(cluster.nodes[0]?.disk ?? '', MANIFESTS, `${name}.yaml`);

/** Connects to where an URL leads. */
function knock(url: string): Promise<void> {
  return new Promise((done, fail) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => {
      socket.destroy();
      done();
    });
    socket.on('error', fail);
  });
}

beforeAll(async () => {
  dir = fresh = scratch();
  clock = new ManualClock();
  await (await open()).stop();
}, 60_000);

beforeEach(() => {
  dir = scratch();
  clock = new ManualClock();
  cpSync(fresh, dir, { recursive: true, verbatimSymlinks: true });
});

afterEach(async () => {
  await cluster.stop();
  rmSync(dir, { recursive: true, force: true });
});

afterAll(() => rmSync(fresh, { recursive: true, force: true }));

test('a stopped cluster comes back with what it held', async () => {
  await open();
  await cluster
    .client()
    .create(configmaps, { metadata: { name: 'tide', namespace: 'default' }, data: { level: 'high' } });
  await cluster.stop();
  await open();
  expect(await cluster.client().get(configmaps, 'default', 'tide')).toMatchObject({ data: { level: 'high' } });
});

test('control-plane programs that somebody runs in pods are none of the cluster’s own', async () => {
  await open();
  const client = cluster.client();
  await client.create(configmaps, { metadata: { name: 'tide', namespace: 'default' }, data: { level: 'high' } });
  const flags = ['--listen-client-urls=http://127.0.0.1:2379', '--advertise-client-urls=http://127.0.0.1:2379'];
  const containers = [
    { name: 'etcd', image: 'registry.k8s.io/etcd:3.6.8-0', command: ['etcd', ...flags] },
    {
      name: 'api',
      image: 'registry.k8s.io/kube-apiserver:v1.36.3',
      command: ['kube-apiserver', '--etcd-servers=http://127.0.0.1:2379'],
    },
  ];
  const tolerations = [{ operator: 'Exists' }];
  await client.create(pods, { metadata: { name: 'own', namespace: 'default' }, spec: { containers, tolerations } });
  await pass(15_000);
  const { status } = await client.get(pods, 'default', 'own');
  expect(status?.containerStatuses?.map((s) => [s.name, s.state?.running !== undefined])).toEqual([
    ['api', true],
    ['etcd', true],
  ]);
  expect(await client.get(configmaps, 'default', 'tide')).toMatchObject({ data: { level: 'high' } });
  await pass(15_000);
  // No etcd answers it there.
  expect((await client.get(pods, 'default', 'own')).status?.containerStatuses?.[0]).toMatchObject({
    name: 'api',
    lastState: { terminated: { exitCode: 1 } },
  });
  expect((await client.list(configmaps, { namespace: 'default' })).items.map((c) => c.metadata.name)).toContain('tide');
});

test('an idle cluster renews its leases and does little else', async () => {
  await open();
  await pass(A_WHILE);
  const revision = async () => Number((await cluster.client().list(nodes)).metadata.resourceVersion);
  const before = await revision();
  await pass(10 * 60_000);
  for (const [namespace, name] of [
    ['kube-node-lease', 'controlplane'],
    ['kube-system', 'kube-scheduler'],
    ['kube-system', 'kube-controller-manager'],
  ] as const) {
    const { spec } = await cluster.client().get(leases, namespace, name);
    expect(clock.now() - Date.parse(spec.renewTime ?? '')).toBeLessThan(A_WHILE);
  }
  // Three leases every ten seconds, a node's status every five minutes; all else is rare.
  expect((await revision()) - before).toBeLessThan(220);
});

const breakages: [string, (text: string) => string, component?: string][] = [
  ['no manifest of the API server', () => ''],
  ['a manifest that is not YAML', (text) => text.replace('spec:', 'spec: {')],
  ['an image that does not exist', (text) => text.replace(/kube-apiserver:v[\d.]+/, 'kube-apiserver:v1.2.3')],
  ['an unknown flag', (text) => text.replace('--secure-port=', '--sekure-port=')],
  ['another program in the container', (text) => text.replace(/- kube-apiserver\n/, '- sleep\n')],
  [
    'an etcd that is elsewhere',
    (text) => text.replace('--etcd-servers=https://127.0.0.1:2379', '--etcd-servers=https://127.0.0.1:2399'),
  ],
  ['an etcd that does not start', (text) => text.replace('--cert-file=', '--cert-file=/no'), 'etcd'],
];

test.each(breakages)(
  'a cluster comes back with %s, and serves once that is mended',
  async (_, spoil, component = 'kube-apiserver') => {
    await open();
    const file = manifest(component);
    const whole = readFileSync(file, 'utf8');
    await cluster.stop();
    writeFileSync(file, spoil(whole));
    expect(readFileSync(file, 'utf8')).not.toBe(whole);
    await open();
    expect(cluster.tools('controlplane')).toContain('crictl');
    const listening = await cluster.listen({ port: 0 });
    await expect(knock(listening.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(cluster.client().list(nodes)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await pass(A_WHILE);
    await expect(cluster.client().list(nodes)).rejects.toMatchObject({ code: 'ECONNREFUSED' });

    writeFileSync(file, whole);
    // Containers that have failed before wait for their next start.
    await pass(4 * A_WHILE);
    const renewed = await cluster.client().get(leases, 'kube-node-lease', 'controlplane');
    expect(clock.now() - Date.parse(renewed.spec.renewTime ?? '')).toBeLessThan(A_WHILE);
    await knock(listening.url);
    await listening.close();
  },
);
