import { KUBERNETES_VERSION } from '../../../schema/version.ts';
import { notSimulatedTool } from '../node-tool.ts';
import { admin, failed, kubeconfigPath, type KubeadmCall } from './kubeadm-call.ts';

const noClient = (call: KubeadmCall, why: string) =>
  failed(
    call.io,
    `couldn't create a Kubernetes client from file ${JSON.stringify(kubeconfigPath(call))}: failed to load admin kubeconfig: ${why}`,
  );

/** There is one version of Kubernetes here, so the plan is always that nothing is to be done. */
export async function upgradePlan(call: KubeadmCall): Promise<number> {
  const { io } = call;
  const access = admin(call);
  if (!access.ok) return noClient(call, access.error);
  const version = KUBERNETES_VERSION;
  await io.out(
    `[preflight] Running pre-flight checks.
[upgrade/config] Reading configuration from the "kubeadm-config" ConfigMap in namespace "kube-system"...
[upgrade/config] Use 'kubeadm init phase upload-config kubeadm --config your-config-file' to re-upload it.
[upgrade] Running cluster health checks
[upgrade] Fetching available versions to upgrade to
[upgrade/versions] Cluster version: ${version.slice(1)}
[upgrade/versions] kubeadm version: ${version}
[upgrade/versions] Target version: ${version}
[upgrade/versions] Latest version in the ${version.replace(/\.\d+$/, '')} series: ${version}

`,
  );
  return 0;
}

export async function upgradeApply(call: KubeadmCall): Promise<number> {
  const access = admin(call);
  if (!access.ok) return noClient(call, access.error);
  return notSimulatedTool(call.io, 'kubeadm', 'upgrade apply');
}
