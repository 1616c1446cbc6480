import { KUBERNETES_VERSION } from '../../../schema/version.ts';
import { nodes } from '../../../schema/generated/resources.ts';
import { statusOf } from '../../../machinery/status-error.ts';
import { compareVersions, programVersion } from '../../packages.ts';
import { RELEASES } from '../../releases.ts';
import { columns } from '../text-table.ts';
import { COMPONENTS, manifestVersion } from './control-plane-manifests.ts';
import { admin, failed, kubeconfigPath, type Admin, type KubeadmCall } from './kubeadm-call.ts';

const RULE = '_____________________________________________________________________\n';
const COREDNS = 'v1.14.2';

const minorOf = (version: string) => version.split('.').slice(0, 2).join('.');

export const kubeadmVersion = ({ context }: KubeadmCall): string =>
  programVersion(context.disk, 'kubeadm') ?? KUBERNETES_VERSION;

/** The version that the control plane on this machine runs, as its manifest says. */
export const clusterVersion = ({ context }: KubeadmCall): string =>
  manifestVersion(context.disk, 'kube-apiserver') ?? KUBERNETES_VERSION;

export const noClient = (call: KubeadmCall, why: string): Promise<number> =>
  failed(
    call.io,
    `couldn't create a Kubernetes client from file ${JSON.stringify(kubeconfigPath(call))}: failed to load admin kubeconfig: ${why}`,
  );

/** Nodes with the version of their kubelet; an error text when the API does not tell. */
async function kubelets({ client }: Admin & { ok: true }): Promise<[name: string, version: string][] | string> {
  try {
    const { items } = await client.list(nodes);
    return items.map((n) => [n.metadata.name, n.status?.nodeInfo?.kubeletVersion ?? '']);
  } catch (err) {
    return statusOf(err)?.message ?? (err instanceof Error ? err.message : String(err));
  }
}

/** What could be upgraded, and to what: the newest release of the cluster's minor version. */
export async function upgradePlan(call: KubeadmCall): Promise<number> {
  const { io, context } = call;
  const access = admin(call);
  if (!access.ok) return noClient(call, access.error);
  const [current, own] = [clusterVersion(call), kubeadmVersion(call)];
  const target = `v${RELEASES.find((release) => minorOf(`v${release}`) === minorOf(current)) ?? current.slice(1)}`;
  const running = await kubelets(access);
  if (typeof running === 'string') return failed(io, `error execution phase preflight: ${running}`);
  await io.out(
    `[preflight] Running pre-flight checks.
[upgrade/config] Reading configuration from the "kubeadm-config" ConfigMap in namespace "kube-system"...
[upgrade/config] Use 'kubeadm init phase upload-config kubeadm --config your-config-file' to re-upload it.
[upgrade] Running cluster health checks
[upgrade] Fetching available versions to upgrade to
[upgrade/versions] Cluster version: ${current.slice(1)}
[upgrade/versions] kubeadm version: ${own}
[upgrade/versions] Target version: ${target}
[upgrade/versions] Latest version in the ${minorOf(current)} series: ${target}

`,
  );
  if (compareVersions(current, target) >= 0) return 0;
  const behind = running.filter(([, version]) => version !== target);
  if (behind.length)
    await io.out(
      `Components that must be upgraded manually after you have upgraded the control plane with 'kubeadm upgrade apply':\n${columns(
        [
          ['COMPONENT', 'NODE', 'CURRENT', 'TARGET'],
          ...behind.map(([name, version]) => ['kubelet', name, version, target]),
        ],
        3,
      )}\n`,
    );
  const etcd = manifestVersion(context.disk, 'etcd') ?? '';
  await io.out(
    `Upgrade to the latest version in the ${minorOf(current)} series:\n\n${columns(
      [
        ['COMPONENT', 'NODE', 'CURRENT', 'TARGET'],
        ...COMPONENTS.map((c) => [c, context.name, manifestVersion(context.disk, c) ?? '', target]),
        ['kube-proxy', '', current.slice(1), target],
        ['CoreDNS', '', COREDNS, COREDNS],
        ['etcd', context.name, etcd, etcd],
      ],
      3,
    )}
You can now apply the upgrade by executing the following command:

	kubeadm upgrade apply ${target}

`,
  );
  if (compareVersions(own, target) < 0)
    await io.out(`Note: Before you can perform this upgrade, you have to update kubeadm to ${target}.\n\n`);
  await io.out(
    `${RULE}

The table below shows the current state of component configs as understood by this version of kubeadm.
Configs that have a "yes" mark in the "MANUAL UPGRADE REQUIRED" column require manual config upgrade or
resetting to kubeadm defaults before a successful upgrade can be performed. The version to manually
upgrade to is denoted in the "PREFERRED VERSION" column.

${columns(
  [
    ['API GROUP', 'CURRENT VERSION', 'PREFERRED VERSION', 'MANUAL UPGRADE REQUIRED'],
    ['kubeproxy.config.k8s.io', 'v1alpha1', 'v1alpha1', 'no'],
    ['kubelet.config.k8s.io', 'v1beta1', 'v1beta1', 'no'],
  ],
  3,
)}${RULE}
`,
  );
  return 0;
}
