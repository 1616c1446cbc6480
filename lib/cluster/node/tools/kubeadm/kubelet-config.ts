import { parse } from 'yaml';
import type { Client } from '../../../client/client.ts';
import { isJsonObject } from '../../../machinery/object.ts';
import { configmaps } from '../../../schema/generated/resources.ts';
import type { KubeadmCall } from './kubeadm-call.ts';

const CONFIG = '/var/lib/kubelet/config.yaml';

/** Writes the configuration that the cluster keeps for all kubelets onto this node, with what is the node's own. */
export async function writeKubeletConfig(call: KubeadmCall, client: Client): Promise<void> {
  const { io, context } = call;
  const { disk, clock } = context;
  const { data } = await client.get(configmaps, 'kube-system', 'kubelet-config');
  const own: unknown = parse(disk.read('/var/lib/kubelet/instance-config.yaml') ?? '');
  const socket = isJsonObject(own) ? own.containerRuntimeEndpoint : undefined;
  const text = (data?.kubelet ?? '').replace(/^containerRuntimeEndpoint: .*$/m, (line) =>
    typeof socket === 'string' ? `containerRuntimeEndpoint: ${socket}` : line,
  );
  const backup = `/etc/kubernetes/tmp/kubeadm-kubelet-config${String(clock.now()).slice(-9)}/config.yaml`;
  disk.write(backup, disk.read(CONFIG) ?? '', 0o600);
  disk.write(CONFIG, text);
  await io.out(
    `[upgrade/kubelet-config] Backing up kubelet config file to ${backup}
[kubelet-start] Writing kubelet configuration to file "${CONFIG}"
[upgrade/kubelet-config] The kubelet configuration for this node was successfully upgraded!
`,
  );
}
