import { createClient, type Client } from '../../../client/index.ts';
import { ConfigError, readKubeconfig } from '../../kubelet/config.ts';
import type { ToolContext, ToolIo } from '../node-tool.ts';

/** One call of kubeadm: the words of its command are gone from the operands. */
export interface KubeadmCall {
  flags: ReadonlyMap<string, string>;
  operands: readonly string[];
  io: ToolIo;
  context: ToolContext;
}

const ADMIN = '/etc/kubernetes/admin.conf';

/** How kubeadm ends with an error. */
export function failed(io: ToolIo, error: string): Promise<number> {
  return io.fail(1, `error: ${error}\nTo see the stack trace of this error execute with --v=5 or higher\n`);
}

/** Which kubeconfig kubeadm uses: the flag's, else the first there is of KUBECONFIG (or ~/.kube/config) and admin.conf. */
export function kubeconfigPath({ flags, io, context }: KubeadmCall): string {
  const given = flags.get('kubeconfig');
  if (given) return given;
  const named = (io.call.env.KUBECONFIG ?? '').split(':').filter(Boolean);
  const candidates = [...(named.length ? named : [`${io.call.env.HOME ?? '/root'}/.kube/config`]), ADMIN];
  return candidates.find((path) => context.disk.read(path) !== undefined) ?? candidates[0] ?? ADMIN;
}

/** A client with kubeadm's credentials, and the CA and server that its kubeconfig names. */
export type Admin =
  | { ok: true; client: Client; server: string; ca: string }
  /** Without "failed to load admin kubeconfig". */
  | { ok: false; error: string };

export function admin(call: KubeadmCall): Admin {
  const { disk, connect } = call.context;
  const path = kubeconfigPath(call);
  const text = disk.read(path);
  if (text === undefined) return { ok: false, error: `open ${path}: no such file or directory` };
  if (call.io.call.uid !== 0 && (disk.fs.stat(path).mode & 0o004) === 0)
    return { ok: false, error: `open ${path}: permission denied` };
  try {
    const credentials = readKubeconfig(text, (file) => disk.read(file));
    const { server, certificateAuthority = '' } = credentials;
    return { ok: true, client: createClient(connect(credentials), 'kubeadm'), server, ca: certificateAuthority };
  } catch (err) {
    if (!(err instanceof ConfigError)) throw err;
    return { ok: false, error: err.message };
  }
}
