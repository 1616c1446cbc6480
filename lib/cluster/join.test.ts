import { mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ManualClock } from '../kit/clock.ts';
import { createCluster, type Cluster } from './index.ts';
import { certificatesigningrequests, nodes } from './schema/generated/resources.ts';
import { rootOf } from './test-root.ts';

const dir = mkdtempSync(join(tmpdir(), 'drydock-join-'));
const clock = new ManualClock();
let cluster: Cluster;

beforeAll(async () => {
  cluster = await createCluster({ profile: 'three-node', dir, clock });
}, 60_000);
afterAll(async () => {
  await cluster.stop();
  rmSync(dir, { recursive: true, force: true });
});

test('a machine that was reset joins again with a bootstrap token and a certificate of its own', async () => {
  const { run, pass } = rootOf(cluster, clock);
  const client = cluster.client();
  const ready = async () =>
    (await client.get(nodes, '', 'node01')).status?.conditions?.find((c) => c.type === 'Ready')?.status;
  const command = (await run('controlplane', 'kubeadm token create --print-join-command')).trim();
  expect(await run('node01', command)).toContain('/etc/kubernetes/kubelet.conf already exists');
  expect(await run('node01', 'kubeadm reset -f')).toContain('[reset] Stopping the kubelet service\n');

  expect(await run('node01', command)).toContain(
    'a Node with name "node01" and status "Ready" already exists in the cluster',
  );
  await client.delete(nodes, '', 'node01');
  expect(await run('node01', command.replace(/sha256:.*/, 'sha256:00'))).toContain('are pinned');
  expect(await run('node01', command.replace(/--token \S+/, '--token abcdef.0123456789abcdef'))).toContain(
    'could not find a JWS signature in the cluster-info ConfigMap for token ID "abcdef"',
  );
  expect(await run('node01', command)).toContain('This node has joined the cluster:');
  await pass(3);
  expect(await ready()).toBe('True');
  const { items } = await client.list(certificatesigningrequests);
  expect(items.map((c) => c.status?.conditions?.[0]?.type)).toContain('Approved');
  const pki = join(cluster.nodes.find((n) => n.name === 'node01')?.disk ?? '', 'var/lib/kubelet/pki');
  expect(readlinkSync(join(pki, 'kubelet-client-current.pem'))).toMatch(/^\/var\/lib\/kubelet\/pki\/kubelet-client-20/);
}, 60_000);
