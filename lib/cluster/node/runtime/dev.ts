import type { Random } from '../../../kit/random.ts';
import type { DirNode, MemoryNode } from './fs/memory-tree.ts';
import type { Device } from './fs/tree.ts';

const META = { uid: 0, gid: 0, mtime: 0 };

/** How much one read of an endless device gives. */
const READ = 64 * 1024;

function dir(children: Record<string, MemoryNode>, mode = 0o755): DirNode {
  return { type: 'dir', children: new Map(Object.entries(children)), owner: undefined, mode, ...META };
}

function device(behaviour: Device): MemoryNode {
  return { type: 'device', device: behaviour, mode: 0o666, ...META };
}

function link(target: string): MemoryNode {
  return { type: 'symlink', target, mode: 0o777, ...META };
}

const nothing: Device = { read: () => new Uint8Array(), write: () => undefined };
const zeros: Device = { read: () => new Uint8Array(READ), write: () => undefined };

/** A container's /dev. */
export function devRoot(random: Random): DirNode {
  const chance = device({ read: () => random.bytes(READ), write: () => undefined });
  return dir({
    null: device(nothing),
    zero: device(zeros),
    full: device(zeros),
    random: chance,
    urandom: chance,
    tty: device(nothing),
    shm: dir({}, 0o1777),
    pts: dir({}),
    fd: link('/proc/self/fd'),
    stdin: link('/proc/self/fd/0'),
    stdout: link('/proc/self/fd/1'),
    stderr: link('/proc/self/fd/2'),
  });
}

export interface ProcFacts {
  /** Writes to the standard streams of the container's first process. */
  stdout: (data: Uint8Array) => void;
  stderr: (data: Uint8Array) => void;
  capEff: string;
  noNewPrivs: boolean;
  memoryKiB: number;
  cpus: number;
  mounts: () => string;
  command: () => string;
  uptime: () => number;
}

/** A container's /proc, as far as people look into it. */
export function procRoot(facts: ProcFacts): DirNode {
  const text = (make: () => string): MemoryNode => ({
    type: 'device',
    device: { read: () => Buffer.from(make()) },
    mode: 0o444,
    ...META,
  });
  const fd = dir({
    '0': device(nothing),
    '1': device({ write: facts.stdout }),
    '2': device({ write: facts.stderr }),
  });
  const first = dir({
    fd,
    status: text(
      () =>
        `Name:\t${facts.command().split('\0')[0]?.split('/').at(-1)}\nState:\tS (sleeping)\nPid:\t1\nPPid:\t0\nCapInh:\t0000000000000000\n` +
        `CapPrm:\t${facts.capEff}\nCapEff:\t${facts.capEff}\nCapBnd:\t${facts.capEff}\nCapAmb:\t0000000000000000\n` +
        `NoNewPrivs:\t${facts.noNewPrivs ? 1 : 0}\nSeccomp:\t0\nThreads:\t1\n`,
    ),
    cmdline: text(facts.command),
    mounts: text(facts.mounts),
    cgroup: text(() => '0::/\n'),
    environ: text(() => ''),
  });
  return dir({
    '1': first,
    self: link('1'),
    mounts: link('self/mounts'),
    cpuinfo: text(() =>
      Array.from(
        { length: facts.cpus },
        (_, i) => `processor\t: ${i}\nmodel name\t: Virtual CPU\ncpu MHz\t\t: 2500.000\n`,
      ).join('\n'),
    ),
    meminfo: text(
      () =>
        `MemTotal:       ${facts.memoryKiB} kB\nMemFree:        ${Math.round(facts.memoryKiB * 0.6)} kB\n` +
        `MemAvailable:   ${Math.round(facts.memoryKiB * 0.8)} kB\nSwapTotal:             0 kB\nSwapFree:              0 kB\n`,
    ),
    uptime: text(() => `${facts.uptime().toFixed(2)} ${(facts.uptime() * 1.9).toFixed(2)}\n`),
    loadavg: text(() => '0.08 0.12 0.09 1/312 42\n'),
    version: text(() => 'Linux version 6.12.0-k8s (builder@host) #1 SMP\n'),
    sys: dir({ kernel: dir({ hostname: text(() => '') }) }),
  });
}
