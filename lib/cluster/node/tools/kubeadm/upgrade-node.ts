import { statusOf } from '../../../machinery/status-error.ts';
import { configmaps } from '../../../schema/generated/resources.ts';
import { manifestVersion } from './control-plane-manifests.ts';
import { admin, failed, type KubeadmCall } from './kubeadm-call.ts';
import { writeKubeletConfig } from './kubelet-config.ts';
import { kubeadmVersion, noClient } from './upgrade.ts';
import { upgradeControlPlane } from './upgrade-apply.ts';

const KUBELET_CONF = '/etc/kubernetes/kubelet.conf';

/** `kubeadm upgrade node`: what of an upgrade is each machine's own; on workers the kubelet's configuration alone. */
export async function upgradeNode(call: KubeadmCall): Promise<number> {
  const { io, context, flags, operands } = call;
  const controlPlane = manifestVersion(context.disk, 'kube-apiserver') !== undefined;
  const reader = { ...call, flags: new Map(flags) };
  if (!flags.has('kubeconfig') && !controlPlane) reader.flags.set('kubeconfig', KUBELET_CONF);
  const access = admin(reader);
  if (!access.ok) return noClient(reader, access.error);
  const only = operands[0] === 'phase' ? operands[1] : undefined;
  if (operands[0] === 'phase' && only !== 'kubelet-config')
    return failed(io, `unknown command ${JSON.stringify(only ?? '')} for "kubeadm upgrade node phase"`);
  const skipped = (phase: string) => `[upgrade/${phase}] Skipping phase. Not a control plane node.\n`;
  try {
    await access.client.get(configmaps, 'kube-system', 'kubeadm-config');
    await io.out(
      `[upgrade] Reading configuration from the "kubeadm-config" ConfigMap in namespace "kube-system"...\n[upgrade] Use 'kubeadm init phase upload-config kubeadm --config your-config-file' to re-upload it.\n`,
    );
    if (only === undefined) await io.out('[upgrade/preflight] Running pre-flight checks\n');
    if (io.call.uid !== 0)
      return await failed(
        io,
        'error execution phase preflight: [preflight] Some fatal errors occurred:\n\t[ERROR IsPrivilegedUser]: user is not running as root\n[preflight] If you know what you are doing, you can make a check non-fatal with `--ignore-preflight-errors=...`',
      );
    if (only === undefined && controlPlane) {
      const status = await upgradeControlPlane(call, kubeadmVersion(call));
      if (status !== 0) return status;
    } else if (only === undefined) {
      await io.out(
        `[upgrade/preflight] Skipping prepull. Not a control plane node.\n${skipped('control-plane')}${skipped('kubeconfig')}`,
      );
    }
    await writeKubeletConfig(call, access.client);
    if (only === undefined && !controlPlane)
      await io.out(
        '[upgrade/addon] Skipping the addon/coredns phase. Not a control plane node.\n[upgrade/addon] Skipping the addon/kube-proxy phase. Not a control plane node.\n',
      );
    return 0;
  } catch (err) {
    const why = statusOf(err)?.message ?? (err instanceof Error ? err.message : String(err));
    return failed(io, `failed to get config map: ${why}`);
  }
}
