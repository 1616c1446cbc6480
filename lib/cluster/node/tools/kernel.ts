import { notSimulatedTool, type NodeTool, type ToolContext } from './node-tool.ts';

/** What a node prepared for kubeadm has; more may be set for as long as the machine is on. */
const SETTINGS: Readonly<Record<string, string>> = {
  'net.bridge.bridge-nf-call-ip6tables': '1',
  'net.bridge.bridge-nf-call-iptables': '1',
  'net.ipv4.ip_forward': '1',
  'vm.overcommit_memory': '1',
  'vm.swappiness': '60',
  'kernel.panic': '10',
  'kernel.panic_on_oops': '1',
};

/** Values written at run time, by machine. */
const written = new WeakMap<ToolContext['units'], Map<string, string>>();

function settingsOf({ units }: ToolContext): Map<string, string> {
  const found = written.get(units) ?? new Map(Object.entries(SETTINGS));
  written.set(units, found);
  return found;
}

const FOLDERS = ['/usr/lib/sysctl.d', '/run/sysctl.d', '/etc/sysctl.d'];

/** Kernel settings: shown, set (`-w`), and loaded from files (`-p`, `--system`). */
export const sysctl: NodeTool = {
  name: 'sysctl',
  async run(args, io, context) {
    const settings = settingsOf(context);
    const bare = args.includes('-n') || args.includes('--values');
    const names = args.filter((a) => !a.startsWith('-')).map((a) => a.replaceAll('/', '.'));
    const put = async (line: string): Promise<number> => {
      const [, name = '', value = ''] = /^\s*-?([\w./-]+?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
      if (!settings.has(name)) {
        const path = `/proc/sys/${name.replaceAll('.', '/')}`;
        return io.fail(255, `sysctl: cannot stat ${path}: No such file or directory\n`);
      }
      if (io.call.uid !== 0) return io.fail(255, `sysctl: permission denied on key "${name}"\n`);
      settings.set(name, value);
      await io.out(`${name} = ${value}\n`);
      return 0;
    };
    const load = async (path: string): Promise<number> => {
      const text = context.disk.read(path);
      if (text === undefined) return io.fail(255, `sysctl: cannot open "${path}": No such file or directory\n`);
      let code = 0;
      for (const line of text.split('\n')) if (/^\s*[^#;\s]/.test(line)) code = (await put(line)) || code;
      return code;
    };
    if (args.includes('--system')) {
      const found = FOLDERS.flatMap((dir) =>
        context.disk
          .list(dir)
          .filter((n) => n.endsWith('.conf'))
          .map((n) => `${dir}/${n}`),
      );
      for (const path of [...found, '/etc/sysctl.conf'].filter((p) => context.disk.read(p) !== undefined)) {
        await io.out(`* Applying ${path} ...\n`);
        await load(path);
      }
      return 0;
    }
    if (args.some((a) => /^-p|^--load/.test(a))) return load(names[0] ?? '/etc/sysctl.conf');
    if (args.includes('-a') || args.includes('--all')) {
      await io.out(
        [...settings]
          .sort()
          .map(([name, value]) => `${name} = ${value}\n`)
          .join(''),
      );
      return 0;
    }
    let code = 0;
    for (const name of names) {
      const value = settings.get(name);
      if (name.includes('=')) code = (await put(name)) || code;
      else if (value === undefined)
        code = await io.fail(
          255,
          `sysctl: cannot stat /proc/sys/${name.replaceAll('.', '/')}: No such file or directory\n`,
        );
      else await io.out(bare ? `${value}\n` : `${name} = ${value}\n`);
    }
    return code;
  },
};

const MODULES: readonly (readonly [name: string, size: number, users: string])[] = [
  ['br_netfilter', 36_864, '0'],
  ['bridge', 421_888, '1 br_netfilter'],
  ['overlay', 217_088, '18'],
  ['nf_conntrack', 208_896, '4 xt_conntrack,nf_nat,xt_MASQUERADE,nf_conntrack_netlink'],
];

export const lsmod: NodeTool = {
  name: 'lsmod',
  async run(_args, io) {
    const rows = MODULES.map(([name, size, users]) => `${name.padEnd(22)}${String(size).padStart(6)}  ${users}\n`);
    await io.out(`Module                  Size  Used by\n${rows.join('')}`);
    return 0;
  },
};

/** Modules that containers need are loaded; others are not there. */
export const modprobe: NodeTool = {
  name: 'modprobe',
  run(args, io) {
    const name = args.find((a) => !a.startsWith('-'))?.replaceAll('-', '_');
    if (args.some((a) => a === '-r' || a === '--remove')) return notSimulatedTool(io, 'modprobe', 'unloading');
    if (name === undefined) return io.fail(1, 'modprobe: ERROR: missing parameters. See -h.\n');
    if (MODULES.some(([known]) => known === name)) return Promise.resolve(0);
    return io.fail(1, `modprobe: FATAL: Module ${name} not found in directory /lib/modules/6.1.0-drydock\n`);
  },
};

/** Nodes have no swap: there is nothing to turn off. */
export const swapoff: NodeTool = {
  name: 'swapoff',
  run: (_args, io) => (io.call.uid === 0 ? Promise.resolve(0) : io.fail(1, 'swapoff: Not superuser.\n')),
};
