import type { SecurityContext } from '../../schema/generated/types.ts';

const NUMBERS: Record<string, number> = {
  CHOWN: 0, DAC_OVERRIDE: 1, DAC_READ_SEARCH: 2, FOWNER: 3, FSETID: 4, KILL: 5, SETGID: 6, SETUID: 7, SETPCAP: 8,
  LINUX_IMMUTABLE: 9, NET_BIND_SERVICE: 10, NET_BROADCAST: 11, NET_ADMIN: 12, NET_RAW: 13, IPC_LOCK: 14, IPC_OWNER: 15,
  SYS_MODULE: 16, SYS_RAWIO: 17, SYS_CHROOT: 18, SYS_PTRACE: 19, SYS_PACCT: 20, SYS_ADMIN: 21, SYS_BOOT: 22, SYS_NICE: 23,
  SYS_RESOURCE: 24, SYS_TIME: 25, SYS_TTY_CONFIG: 26, MKNOD: 27, LEASE: 28, AUDIT_WRITE: 29, AUDIT_CONTROL: 30,
  SETFCAP: 31, MAC_OVERRIDE: 32, MAC_ADMIN: 33, SYSLOG: 34, WAKE_ALARM: 35, BLOCK_SUSPEND: 36, AUDIT_READ: 37,
  PERFMON: 38, BPF: 39, CHECKPOINT_RESTORE: 40,
}; // prettier-ignore

/** What containerd gives a container that asks for nothing. */
const DEFAULTS = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FSETID',
  'FOWNER',
  'MKNOD',
  'NET_RAW',
  'SETGID',
  'SETUID',
  'SETFCAP',
  'SETPCAP',
  'NET_BIND_SERVICE',
  'SYS_CHROOT',
  'KILL',
  'AUDIT_WRITE',
];

/** The capabilities of a container's processes, as /proc/<pid>/status writes them. */
export function capabilityMask(security: SecurityContext | undefined, uid: number): string {
  const all = Object.keys(NUMBERS);
  const held = new Set(security?.privileged ? all : DEFAULTS);
  const bare = (name: string) => name.toUpperCase().replace(/^CAP_/, '');
  for (const name of security?.capabilities?.drop ?? []) {
    if (bare(name) === 'ALL') held.clear();
    else held.delete(bare(name));
  }
  for (const name of security?.capabilities?.add ?? []) {
    for (const each of bare(name) === 'ALL' ? all : [bare(name)]) held.add(each);
  }
  if (uid !== 0) held.clear();
  const mask = [...held].reduce((sum, name) => sum + 2n ** BigInt(NUMBERS[name] ?? 0), 0n);
  return mask.toString(16).padStart(16, '0');
}
