import { configmaps, daemonsets } from '../../../schema/generated/resources.ts';
import type { Client } from '../../../client/client.ts';
import { compareVersions } from '../../packages.ts';
import { RELEASES } from '../../releases.ts';
import type { ToolIo } from '../node-tool.ts';
import { COMPONENTS, manifestPath, whenRuns, withVersion } from './control-plane-manifests.ts';
import { confirmed } from './confirm.ts';
import { admin, failed, type KubeadmCall } from './kubeadm-call.ts';
import { renew } from './certs.ts';
import { writeKubeletConfig } from './kubelet-config.ts';
import { clusterVersion, kubeadmVersion, noClient } from './upgrade.ts';

const PATIENCE = 300_000;
const TMP = '/etc/kubernetes/tmp';

/** Why a version cannot be upgraded to; undefined when it can. */
function misalignment(version: string, current: string, own: string): string | undefined {
  if (compareVersions(version, own) > 0)
    return `Specified version to upgrade to "${version}" is higher than the kubeadm version "${own}". Upgrade kubeadm first using the tool you used to install kubeadm`;
  const minor = (text: string) => Number(text.split('.')[1]);
  if (minor(version) > minor(current) + 1)
    return `Specified version to upgrade to "${version}" is too high; kubeadm can upgrade only 1 minor version at a time`;
  if (minor(version) < minor(current))
    return `Specified version to upgrade to "${version}" is too low; kubeadm can downgrade only 1 minor version at a time`;
  return undefined;
}

async function sure(io: ToolIo): Promise<boolean> {
  await io.out('[upgrade] Are you sure you want to proceed? [y/N]: ');
  return confirmed(io);
}

/** Moves the control plane of this machine, and what belongs to it in the cluster, to a version. */
export async function upgradeApply(call: KubeadmCall): Promise<number> {
  const { io, flags, operands } = call;
  const [given] = operands;
  if (given === undefined) return failed(io, 'missing one or more required arguments. Required arguments: [version]');
  const access = admin(call);
  if (!access.ok) return noClient(call, access.error);
  const version = `v${given.replace(/^v/, '')}`;
  if (!/^v\d+\.\d+\.\d+$/.test(version))
    return failed(io, `couldn't parse the version ${JSON.stringify(given)}: illegal version string`);
  const [current, own] = [clusterVersion(call), kubeadmVersion(call)];
  await io.out(
    `[upgrade] Reading configuration from the "kubeadm-config" ConfigMap in namespace "kube-system"...
[upgrade] Use 'kubeadm init phase upload-config kubeadm --config your-config-file' to re-upload it.
[upgrade/preflight] Running preflight checks
`,
  );
  if (io.call.uid !== 0)
    return failed(
      io,
      'error execution phase preflight: [preflight] Some fatal errors occurred:\n\t[ERROR IsPrivilegedUser]: user is not running as root\n[preflight] If you know what you are doing, you can make a check non-fatal with `--ignore-preflight-errors=...`',
    );
  await io.out(
    `[upgrade] Running cluster health checks
[upgrade/preflight] You have chosen to upgrade the cluster version to "${version}"
[upgrade/versions] Cluster version: ${current}
[upgrade/versions] kubeadm version: ${own}
`,
  );
  const wrong = misalignment(version, current, own);
  if (wrong !== undefined)
    return failed(
      io,
      `error execution phase preflight: [upgrade/version] FATAL: the --version argument is invalid due to these fatal errors:\n\n\t- ${wrong}\n\nPlease fix the misalignments highlighted above and try upgrading again`,
    );
  if (!flags.has('yes') && !flags.has('force') && !flags.has('dry-run') && !(await sure(io)))
    return failed(
      io,
      "error execution phase preflight: won't proceed; the user didn't answer (Y|y) in order to continue",
    );
  await io.out(
    `[upgrade/preflight] Pulling images required for setting up a Kubernetes cluster
[upgrade/preflight] This might take a minute or two, depending on the speed of your internet connection
[upgrade/preflight] You can also perform this action beforehand using 'kubeadm config images pull'
`,
  );
  if (!RELEASES.includes(version.slice(1)))
    return failed(
      io,
      `error execution phase preflight: [preflight] Some fatal errors occurred:\n\t[ERROR ImagePull]: failed to pull image registry.k8s.io/kube-apiserver:${version}: rpc error: code = NotFound desc = failed to pull and unpack image "registry.k8s.io/kube-apiserver:${version}": not found\n[preflight] If you know what you are doing, you can make a check non-fatal with \`--ignore-preflight-errors=...\``,
    );
  if (flags.has('dry-run')) {
    await io.out(`[dryrun] Would upgrade your static Pod-hosted control plane to version "${version}"\n`);
    return 0;
  }
  const status = await upgradeControlPlane(call, version);
  if (status !== 0) return status;
  await uploadVersion(access.client, version);
  await io.out(
    `[upload-config] Storing the configuration used in ConfigMap "kubeadm-config" in the "kube-system" Namespace
[kubelet] Creating a ConfigMap "kubelet-config" in namespace kube-system with the configuration for the kubelets in the cluster
`,
  );
  await writeKubeletConfig(call, access.client);
  await io.out(
    `[upgrade/bootstrap-token] Configuring bootstrap token and cluster-info RBAC rules
[bootstrap-token] Configured RBAC rules to allow Node Bootstrap tokens to get nodes
[bootstrap-token] Configured RBAC rules to allow Node Bootstrap tokens to post CSRs in order for nodes to get long term certificate credentials
[bootstrap-token] Configured RBAC rules to allow the csrapprover controller automatically approve CSRs from a Node Bootstrap Token
[bootstrap-token] Configured RBAC rules to allow certificate rotation for all node client certificates in the cluster
[addons] Applied essential addon: CoreDNS
[addons] Applied essential addon: kube-proxy

[upgrade] SUCCESS! A control plane node of your cluster was upgraded to "${version}".

[upgrade] Now please proceed with upgrading the rest of the nodes by following the right order.
`,
  );
  return 0;
}

/** The static pods of this machine, one after the other: each must run before the next. */
export async function upgradeControlPlane(call: KubeadmCall, version: string): Promise<number> {
  const { io, context, flags } = call;
  const { disk, clock } = context;
  const stamp = new Date(clock.now()).toISOString().slice(0, 19).replace(/[T:]/g, '-');
  const fresh = `${TMP}/kubeadm-upgraded-manifests${String(clock.now()).slice(-9)}`;
  const backup = `${TMP}/kubeadm-backup-manifests-${stamp}`;
  await io.out(
    `[upgrade/control-plane] Upgrading your static Pod-hosted control plane to version "${version}" (timeout: 5m0s)...
[upgrade/staticpods] Writing new Static Pod manifests to "${fresh}"
[upgrade/staticpods] Preparing for "etcd" upgrade
[upgrade/staticpods] Current and new manifests of etcd are equal, skipping upgrade
`,
  );
  for (const component of COMPONENTS) {
    const path = manifestPath(component);
    const old = disk.read(path);
    if (old === undefined)
      return failed(io, `error execution phase control-plane: open ${path}: no such file or directory`);
    await io.out(`[upgrade/staticpods] Preparing for "${component}" upgrade\n`);
    const next = withVersion(old, component, version);
    if (next === old) {
      await io.out(`[upgrade/staticpods] Current and new manifests of ${component} are equal, skipping upgrade\n`);
      continue;
    }
    disk.write(`${backup}/${component}.yaml`, old, 0o600);
    disk.write(path, next, 0o600);
    await io.out(
      `[upgrade/staticpods] Moving new manifest to "${path}" and backing up old manifest to "${backup}/${component}.yaml"
[upgrade/staticpods] Waiting for the kubelet to restart the component
[upgrade/staticpods] This can take up to 5m0s
`,
    );
    if (!(await whenRuns(context, component, version, PATIENCE))) {
      disk.write(path, old, 0o600);
      return failed(
        io,
        `error execution phase control-plane: failed to perform static pod upgrade: couldn't upgrade control plane. kubeadm has tried to recover everything into the earlier state. Errors faced: timed out waiting for the condition`,
      );
    }
    await io.out(
      `[apiclient] Found 1 Pods for label selector component=${component}\n[upgrade/staticpods] Component "${component}" upgraded successfully!\n`,
    );
  }
  await io.out('[upgrade/control-plane] The control plane instance for this node was successfully upgraded!\n');
  if (flags.get('certificate-renewal') !== 'false') {
    const silent = { ...io, out: () => Promise.resolve() };
    await renew({ ...call, io: silent }, 'all');
  }
  return 0;
}

/** What the cluster itself holds of its version. */
async function uploadVersion(client: Client, version: string): Promise<void> {
  const config = await client.get(configmaps, 'kube-system', 'kubeadm-config');
  const text = (config.data?.ClusterConfiguration ?? '').replace(
    /^kubernetesVersion: .*$/m,
    `kubernetesVersion: ${version}`,
  );
  await client.patch(configmaps, 'kube-system', 'kubeadm-config', 'merge', { data: { ClusterConfiguration: text } });
  const containers = [{ name: 'kube-proxy', image: `registry.k8s.io/kube-proxy:${version}` }];
  await client.patch(daemonsets, 'kube-system', 'kube-proxy', 'strategic', {
    spec: { template: { spec: { containers } } },
  });
}
