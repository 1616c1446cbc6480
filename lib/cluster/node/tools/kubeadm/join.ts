import { createHash, X509Certificate } from 'node:crypto';
import { parse, stringify } from 'yaml';
import { createClient, type Client } from '../../../client/index.ts';
import type { Credentials } from '../../../client/transport.ts';
import { isNotFound, statusOf } from '../../../machinery/status-error.ts';
import { configmaps, nodes } from '../../../schema/generated/resources.ts';
import { readKubeconfig } from '../../kubelet/config.ts';
import { notSimulatedTool } from '../node-tool.ts';
import { failed, type KubeadmCall } from './kubeadm-call.ts';
import { requestClientCertificate, selfSignedServing } from './node-credentials.ts';
import { joinFaults, refused } from './preflight.ts';

const KUBELET = '/var/lib/kubelet';
const CLIENT_PEM = `${KUBELET}/pki/kubelet-client-current.pem`;
const CA = '/etc/kubernetes/pki/ca.crt';
const SOCKET = 'unix:///run/containerd/containerd.sock';
const PATIENCE = 240_000;

/** Something stops the join; the message stands behind `error: `. */
class JoinError extends Error {}

interface Cluster {
  server: string;
  ca: string;
  client: Client;
}

const hashOf = (pem: string) =>
  `sha256:${createHash('sha256')
    .update(new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')}`;

const UNKNOWN = "error execution phase preflight: couldn't validate the identity of the API Server: ";

/** Finds out who the API server is: what everybody may read there, held against the hash that the user brought. */
async function discover({ context, flags }: KubeadmCall, address: string, token: string): Promise<Cluster> {
  const reach = (credentials: Credentials) => createClient(context.connect(credentials), 'kubeadm');
  const endpoint = `https://${address}`;
  let info;
  try {
    info = await reach({ server: endpoint, insecure: true }).get(configmaps, 'kube-public', 'cluster-info');
  } catch (err) {
    const why = statusOf(err)?.message ?? (err instanceof Error ? err.message : String(err));
    throw new JoinError(
      `${UNKNOWN}failed to request the cluster-info ConfigMap: Get "${endpoint}/api/v1/namespaces/kube-public/configmaps/cluster-info?timeout=10s": ${why}`,
    );
  }
  const { server, certificateAuthority: ca = '' } = readKubeconfigOf(info.data?.kubeconfig ?? '');
  const pinned = flags.get('discovery-token-ca-cert-hash');
  if (pinned !== undefined && pinned !== hashOf(ca))
    throw new JoinError(
      `${UNKNOWN}cluster CA found in cluster-info ConfigMap is invalid: none of the public keys "${hashOf(ca)}" are pinned`,
    );
  const client = reach({ server, certificateAuthority: ca, token });
  try {
    await client.get(configmaps, 'kube-system', 'kubeadm-config');
  } catch (err) {
    if (statusOf(err)?.code !== 401) throw err;
    throw new JoinError(
      `${UNKNOWN}could not find a JWS signature in the cluster-info ConfigMap for token ID "${token.split('.')[0]}"`,
    );
  }
  return { server, ca, client };
}

/** cluster-info's kubeconfig names no context: its one cluster is meant. */
function readKubeconfigOf(text: string): Credentials {
  const config = parse(text) as { clusters?: object[] };
  const [first = {}] = config.clusters ?? [];
  const named = { clusters: [{ ...first, name: 'x' }], contexts: [{ name: 'x', context: { cluster: 'x' } }] };
  return readKubeconfig(stringify({ ...named, 'current-context': 'x' }), () => undefined);
}

async function nameIsTaken({ client }: Cluster, name: string): Promise<boolean> {
  try {
    const node = await client.get(nodes, '', name);
    return node.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false;
  } catch (err) {
    if (isNotFound(err) || statusOf(err)?.code === 403) return false;
    throw err;
  }
}

/** Makes this machine a worker of a cluster: discovery, the kubelet's files, its TLS bootstrap. */
export async function join(call: KubeadmCall): Promise<number> {
  const { io, flags, operands, context } = call;
  const [address] = operands;
  if (flags.has('config') || flags.has('discovery-file')) return notSimulatedTool(io, 'kubeadm', 'join from a file');
  if (flags.has('control-plane')) return notSimulatedTool(io, 'kubeadm', 'join of a control plane');
  const token = flags.get('token') ?? flags.get('discovery-token');
  if (address === undefined || token === undefined)
    return failed(io, 'discovery: Invalid value: "": bootstrapToken or file must be set');
  if (!flags.has('discovery-token-ca-cert-hash') && !flags.has('discovery-token-unsafe-skip-ca-verification'))
    return failed(
      io,
      'discovery.bootstrapToken: Invalid value: "": using token-based discovery without caCertHashes can be unsafe. Set unsafeSkipCAVerification as true in your kubeadm config file or pass --discovery-token-unsafe-skip-ca-verification flag to continue',
    );
  await io.out('[preflight] Running pre-flight checks\n');
  const faults = joinFaults(call);
  if (faults.length) return refused(call, faults);
  try {
    const cluster = await discover(call, address, token);
    await io.out(
      `[preflight] Reading configuration from the "kubeadm-config" ConfigMap in namespace "kube-system"...\n[preflight] Use 'kubeadm init phase upload-config kubeadm --config your-config-file' to re-upload it.\n`,
    );
    if (await nameIsTaken(cluster, context.name))
      throw new JoinError(
        `error execution phase kubelet-start: a Node with name "${context.name}" and status "Ready" already exists in the cluster. You must delete the existing Node or change the name of this new joining Node`,
      );
    await startKubelet(call, cluster);
    return 0;
  } catch (err) {
    const status = statusOf(err);
    if (!(err instanceof JoinError) && !status) throw err;
    return failed(io, err instanceof Error ? err.message : '');
  }
}

async function startKubelet({ io, context }: KubeadmCall, { server, ca, client }: Cluster): Promise<void> {
  const { disk, units, clock } = context;
  const { data } = await client.get(configmaps, 'kube-system', 'kubelet-config');
  const config = (data?.kubelet ?? '').replace(
    /^containerRuntimeEndpoint: .*$/m,
    `containerRuntimeEndpoint: ${SOCKET}`,
  );
  disk.write(CA, ca);
  disk.write(`${KUBELET}/instance-config.yaml`, `containerRuntimeEndpoint: "${SOCKET}"\n`);
  disk.write(`${KUBELET}/config.yaml`, config);
  disk.write(`${KUBELET}/kubeadm-flags.env`, 'KUBELET_KUBEADM_ARGS=""\n');
  disk.fs.mkdir('/etc/kubernetes/manifests', { recursive: true });
  disk.fs.mkdir(`${KUBELET}/pods`, { recursive: true });
  await io.out(
    `[kubelet-start] Writing kubelet configuration to file "${KUBELET}/instance-config.yaml"
[patches] Applied patch of type "application/strategic-merge-patch+json" to target "kubeletconfiguration"
[kubelet-start] Writing kubelet configuration to file "${KUBELET}/config.yaml"
[kubelet-start] Writing kubelet environment file with flags to file "${KUBELET}/kubeadm-flags.env"
[kubelet-start] Starting the kubelet
[kubelet-check] Waiting for a healthy kubelet at http://127.0.0.1:10248/healthz. This can take up to 4m0s
`,
  );
  const pem = await requestClientCertificate(client, context, PATIENCE);
  if (pem === undefined)
    throw new JoinError('error execution phase kubelet-wait-bootstrap: timed out waiting for the condition');
  const dated = `${KUBELET}/pki/kubelet-client-${new Date(clock.now()).toISOString().slice(0, 19).replace(/[T:]/g, '-')}.pem`;
  disk.write(dated, pem, 0o600);
  disk.remove(CLIENT_PEM);
  disk.fs.symlink(dated, CLIENT_PEM);
  const serving = await selfSignedServing(context);
  disk.write(`${KUBELET}/pki/kubelet.crt`, serving.cert);
  disk.write(`${KUBELET}/pki/kubelet.key`, serving.key, 0o600);
  disk.write('/etc/kubernetes/kubelet.conf', kubeletConf(server, ca), 0o600);
  units.enable('kubelet.service');
  units.start('kubelet.service');
  await io.out(
    `[kubelet-check] The kubelet is healthy after 501.221943ms
[kubelet-start] Waiting for the kubelet to perform the TLS Bootstrap

This node has joined the cluster:
* Certificate signing request was sent to apiserver and a response was received.
* The Kubelet was informed of the new secure connection details.

Run 'kubectl get nodes' on the control-plane to see this node join the cluster.

`,
  );
}

const kubeletConf = (server: string, ca: string) => `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${Buffer.from(ca).toString('base64')}
    server: ${server}
  name: default-cluster
contexts:
- context:
    cluster: default-cluster
    namespace: default
    user: default-auth
  name: default-context
current-context: default-context
kind: Config
users:
- name: default-auth
  user:
    client-certificate: ${CLIENT_PEM}
    client-key: ${CLIENT_PEM}
`;
