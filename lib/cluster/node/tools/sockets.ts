import type { NodeTool, ToolContext } from './node-tool.ts';
import { columns } from './text-table.ts';

/** Who listens on a node's well-known ports. */
const PROGRAMS: Readonly<Record<number, string>> = {
  2379: 'etcd', 2380: 'etcd', 2381: 'etcd', 6443: 'kube-apiserver', 10_248: 'kubelet', 10_249: 'kube-proxy', 10_250: 'kubelet',
  10_256: 'kube-proxy', 10_257: 'kube-controller', 10_259: 'kube-scheduler',
}; // prettier-ignore

interface Letters {
  tcp: boolean;
  udp: boolean;
  programs: boolean;
}

/** `-tulpn`, `-lntp`, `--tcp` …; both protocols when neither is named. */
function letters(args: readonly string[]): Letters {
  const short = args.filter((a) => /^-\w/.test(a)).join('');
  const tcp = short.includes('t') || args.includes('--tcp');
  const udp = short.includes('u') || args.includes('--udp');
  return { tcp: tcp || !udp, udp: udp || !tcp, programs: short.includes('p') || args.includes('--programs') };
}

const listeners = ({ host }: ToolContext, { tcp, udp }: Letters) =>
  host
    .listening()
    .filter((l) => (l.protocol === 'TCP' && tcp) || (l.protocol === 'UDP' && udp))
    .sort((a, b) => (a.protocol === b.protocol ? a.port - b.port : a.protocol < b.protocol ? -1 : 1));

/** Sockets that listen in the node's own namespace. */
export const ss: NodeTool = {
  name: 'ss',
  async run(args, io, context) {
    const wish = letters(args);
    const rows = listeners(context, wish).map(({ port, protocol, address }) => {
      const own = address && address !== '0.0.0.0' ? address : '*';
      const program = PROGRAMS[port];
      return [
        protocol.toLowerCase(), protocol === 'TCP' ? 'LISTEN' : 'UNCONN', '0', protocol === 'TCP' ? '4096' : '0', `${own}:${port}`,
        own.includes('.') ? '0.0.0.0:*' : '*:*', wish.programs && program ? `users:(("${program}",pid=${1000 + (port % 997)},fd=7))` : '',
      ]; // prettier-ignore
    });
    const header = ['Netid', 'State', 'Recv-Q', 'Send-Q', 'Local Address:Port', 'Peer Address:Port', 'Process'];
    await io.out(columns([header, ...rows], 1));
    return 0;
  },
};

/** The same in netstat's form. */
export const netstat: NodeTool = {
  name: 'netstat',
  async run(args, io, context) {
    const wish = letters(args);
    const rows = listeners(context, wish).map(({ port, protocol, address }) => {
      const own = address && address !== '0.0.0.0' ? address : undefined;
      const program = PROGRAMS[port];
      return [
        own ? protocol.toLowerCase() : `${protocol.toLowerCase()}6`, '0', '0', `${own ?? '::'}:${port}`,
        own ? '0.0.0.0:*' : ':::*', protocol === 'TCP' ? 'LISTEN' : '', wish.programs ? (program ? `${1000 + (port % 997)}/${program}` : '-') : '',
      ]; // prettier-ignore
    });
    const header = ['Proto', 'Recv-Q', 'Send-Q', 'Local Address', 'Foreign Address', 'State'];
    await io.out('Active Internet connections (only servers)\n');
    await io.out(columns([[...header, wish.programs ? 'PID/Program name' : ''], ...rows], 1));
    return 0;
  },
};
