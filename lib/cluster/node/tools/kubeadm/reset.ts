import { manifestVersion } from './control-plane-manifests.ts';
import { failed, type KubeadmCall } from './kubeadm-call.ts';
import { confirmed } from './confirm.ts';

const KUBERNETES = '/etc/kubernetes';
const DIRECTORIES = [`${KUBERNETES}/manifests`, '/var/lib/kubelet', `${KUBERNETES}/pki`];
const FILES = ['admin', 'super-admin', 'kubelet', 'bootstrap-kubelet', 'controller-manager', 'scheduler'].map(
  (name) => `${KUBERNETES}/${name}.conf`,
);

/** Takes back what `kubeadm init` or `kubeadm join` did to this machine. The cluster's Node object stays. */
export async function reset(call: KubeadmCall): Promise<number> {
  const { io, flags, context } = call;
  const { disk, units } = context;
  if (io.call.uid !== 0)
    return failed(
      io,
      'error execution phase preflight: [preflight] Some fatal errors occurred:\n\t[ERROR IsPrivilegedUser]: user is not running as root\n[preflight] If you know what you are doing, you can make a check non-fatal with `--ignore-preflight-errors=...`',
    );
  if (!flags.has('force')) {
    await io.out(
      "[reset] WARNING: Changes made to this host by 'kubeadm init' or 'kubeadm join' will be reverted.\n[reset] Are you sure you want to proceed? [y/N]: ",
    );
    if (!(await confirmed(io))) return failed(io, 'error execution phase preflight: aborted reset operation');
  }
  await io.out('[preflight] Running pre-flight checks\n');
  const hasEtcd = manifestVersion(disk, 'etcd') !== undefined;
  await io.out('[reset] Stopping the kubelet service\n');
  units.halt('kubelet.service');
  units.endPods();
  if (hasEtcd) {
    for (const name of disk.list('/var/lib/etcd')) disk.remove(`/var/lib/etcd/${name}`);
    await io.out('[reset] Deleted contents of the etcd data directory: /var/lib/etcd\n');
  }
  await io.out('[reset] Unmounting mounted directories in "/var/lib/kubelet"\n');
  for (const dir of DIRECTORIES) for (const name of disk.list(dir)) disk.remove(`${dir}/${name}`);
  for (const file of FILES) disk.remove(file);
  await io.out(
    `[reset] Deleting contents of directories: [${DIRECTORIES.join(' ')}]
[reset] Deleting files: [${FILES.join(' ')}]

The reset process does not perform cleanup of CNI plugin configuration,
network filtering rules and kubeconfig files.

For information on how to perform this cleanup manually, please see:
    https://k8s.io/docs/reference/setup-tools/kubeadm/kubeadm-reset/

`,
  );
  return 0;
}
