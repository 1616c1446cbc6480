import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ManualClock } from '../kit/clock.ts';
import { createCluster, type Cluster } from './index.ts';
import { configmaps, daemonsets, nodes, pods } from './schema/generated/resources.ts';
import { rootOf } from './test-root.ts';

const dir = mkdtempSync(join(tmpdir(), 'drydock-upgrade-'));
const clock = new ManualClock();
let cluster: Cluster;

beforeAll(async () => {
  cluster = await createCluster({ profile: 'one-node', dir, clock });
}, 60_000);
afterAll(async () => {
  await cluster.stop();
  rmSync(dir, { recursive: true, force: true });
});

test('a control plane moves to the release that kubeadm and kubelet are of', async () => {
  const { run, pass } = rootOf(cluster, clock);
  const root = (command: string) => run('controlplane', command);
  expect(await root('apt-get install -y kubeadm=1.36.2-1.1')).toContain(
    'E: Held packages were changed and -y was used without --allow-change-held-packages.',
  );
  expect(await root('apt-mark unhold kubeadm kubelet')).toBe('Canceled hold on kubeadm.\nCanceled hold on kubelet.\n');
  await root('apt-get install -y --allow-downgrades kubeadm=1.36.2-1.1 kubelet=1.36.2-*');
  expect(await root('kubeadm version -o short')).toBe('v1.36.2\n');
  expect(await root('kubeadm upgrade apply v1.36.3 -y')).toContain(
    'Specified version to upgrade to "v1.36.3" is higher than the kubeadm version "v1.36.2"',
  );
  expect(await root('kubeadm upgrade apply v1.36.2 -y')).toContain(
    '[upgrade] SUCCESS! A control plane node of your cluster was upgraded to "v1.36.2".',
  );

  const manifest = join(cluster.nodes[0]?.disk ?? '', 'etc/kubernetes/manifests/kube-scheduler.yaml');
  expect(readFileSync(manifest, 'utf8')).toContain('image: registry.k8s.io/kube-scheduler:v1.36.2\n');
  const client = cluster.client();
  const scheduler = await client.get(pods, 'kube-system', 'kube-scheduler-controlplane');
  expect(scheduler.spec.containers[0]?.image).toBe('registry.k8s.io/kube-scheduler:v1.36.2');
  const proxy = await client.get(daemonsets, 'kube-system', 'kube-proxy');
  expect(proxy.spec?.template.spec?.containers[0]?.image).toBe('registry.k8s.io/kube-proxy:v1.36.2');
  const config = await client.get(configmaps, 'kube-system', 'kubeadm-config');
  expect(config.data?.ClusterConfiguration).toContain('kubernetesVersion: v1.36.2\n');

  const kubelet = async () => (await client.get(nodes, '', 'controlplane')).status?.nodeInfo?.kubeletVersion;
  expect(await kubelet()).toBe('v1.36.3');
  await root('systemctl restart kubelet');
  await pass(5);
  expect(await kubelet()).toBe('v1.36.2');
  expect(await root('kubeadm upgrade plan')).toContain(
    'Note: Before you can perform this upgrade, you have to update kubeadm to v1.36.3.',
  );
}, 60_000);
