import type { NodeToolCall } from '../node.ts';
import { aptCache } from './apt-cache.ts';
import { apt, aptGet } from './apt-get.ts';
import { aptMark } from './apt-mark.ts';
import { crictl } from './crictl.ts';
import { dpkg, dpkgQuery } from './dpkg.ts';
import { etcdctl } from './etcdctl.ts';
import { etcdutl } from './etcdutl.ts';
import { iptables, iptablesSave } from './iptables.ts';
import { journalctl } from './journalctl.ts';
import { kubeadm } from './kubeadm/index.ts';
import { kubelet } from './kubelet.ts';
import type { NodeTool, ToolContext } from './node-tool.ts';
import { modprobe, lsmod, swapoff, sysctl } from './kernel.ts';
import { netstat, ss } from './sockets.ts';
import { systemctl } from './systemctl.ts';

/** Every simulated node tool. One more is one more file and one line here. */
const tools: readonly NodeTool[] = [
  apt,
  aptCache,
  aptGet,
  aptMark,
  crictl,
  dpkg,
  dpkgQuery,
  etcdctl,
  etcdutl,
  iptables,
  iptablesSave,
  journalctl,
  kubeadm,
  kubelet,
  lsmod,
  modprobe,
  netstat,
  ss,
  swapoff,
  sysctl,
  systemctl,
];

export const toolNames: readonly string[] = tools.map((tool) => tool.name);

export async function nodeTools(context: ToolContext, call: NodeToolCall): Promise<{ exitCode: number }> {
  const [name = '', ...args] = call.argv;
  const tool = tools.find((t) => t.name === name);
  const stdout = call.stdout.getWriter();
  const stderr = call.stderr.getWriter();
  const print = (writer: WritableStreamDefaultWriter<Uint8Array>) => async (text: string | Uint8Array) => {
    if (text.length) await writer.write(typeof text === 'string' ? Buffer.from(text) : text);
  };
  const [out, err] = [print(stdout), print(stderr)];
  const fail = async (code: number, text: string) => {
    await err(text);
    return code;
  };
  try {
    const exitCode = tool
      ? await tool.run(args, { out, err, fail, call }, context)
      : await fail(127, `${name}: command not found\n`);
    return { exitCode };
  } finally {
    stdout.releaseLock();
    stderr.releaseLock();
  }
}
