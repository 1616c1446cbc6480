import { KUBERNETES_VERSION } from '../../../schema/version.ts';
import { notSimulatedTool } from '../node-tool.ts';
import { failed, type KubeadmCall } from './kubeadm-call.ts';

const MANIFESTS = '/etc/kubernetes/manifests';
const COMPONENTS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd'];

/** The ports of a control plane that something on the machine listens on. */
function portsInUse({ context }: KubeadmCall, ports: readonly number[]): string[] {
  const used = new Set(context.host.listening().map((l) => l.port));
  return ports.filter((port) => used.has(port)).map((port) => `[ERROR Port-${port}]: Port ${port} is in use`);
}

const exists = (path: string, { context }: KubeadmCall, then: string) =>
  context.disk.fs.exists(path) ? [`[ERROR FileAvailable-${path.replaceAll('/', '-')}]: ${path} ${then}`] : [];

export function refused(call: KubeadmCall, faults: readonly string[]): Promise<number> {
  return failed(
    call.io,
    `error execution phase preflight: [preflight] Some fatal errors occurred:\n${faults.map((f) => `\t${f}\n`).join('')}[preflight] If you know what you are doing, you can make a check non-fatal with \`--ignore-preflight-errors=...\``,
  );
}

const NOT_ROOT = '[ERROR IsPrivilegedUser]: user is not running as root';

/** A node of a cluster is set up already: what the checks before `kubeadm init` say of it. */
export async function init(call: KubeadmCall): Promise<number> {
  const { io, context } = call;
  await io.out(`[init] Using Kubernetes version: ${KUBERNETES_VERSION}\n[preflight] Running pre-flight checks\n`);
  const ports = portsInUse(call, [6443, 10_259, 10_257]);
  const faults = [
    ...(io.call.uid === 0 ? [] : [NOT_ROOT]),
    ...ports,
    ...COMPONENTS.flatMap((c) => exists(`${MANIFESTS}/${c}.yaml`, call, 'already exists')),
    ...portsInUse(call, [10_250, 2379, 2380]),
    ...(context.disk.list('/var/lib/etcd').length
      ? ['[ERROR DirAvailable--var-lib-etcd]: /var/lib/etcd is not empty']
      : []),
  ];
  return faults.length ? refused(call, faults) : notSimulatedTool(io, 'kubeadm', 'init');
}

/** The same before `kubeadm join`. */
export function joinFaults(call: KubeadmCall): string[] {
  return [
    ...(call.io.call.uid === 0 ? [] : [NOT_ROOT]),
    ...exists('/etc/kubernetes/kubelet.conf', call, 'already exists'),
    ...portsInUse(call, [10_250]),
    ...exists('/etc/kubernetes/pki/ca.crt', call, 'already exists'),
  ];
}
