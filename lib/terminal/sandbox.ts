/** What a host's sandbox is made of. All paths are of the real machine unless said otherwise. */
export interface SandboxSpec {
  hostname: string;
  /** Becomes `/`, writable. */
  disk: string;
  /** Sockets, standard files and programs of this sandbox; seen read-only as /run/drydock. */
  runtimeDir: string;
  /** Real tools, name → file; seen as /usr/local/bin/NAME. */
  tools: ReadonlyMap<string, string>;
  /** Completions for bash, name → file. */
  completions: ReadonlyMap<string, string>;
  /** Commands that the server answers (see programs/shim.ts). */
  shims: readonly string[];
  /** Settings of the real machine's programs (see SYSTEM_SETTINGS) that exist. */
  settings: readonly string[];
  /** Whether /dev/net/tun is there to make the network device with. */
  tun: boolean;
  /** Whether the sandbox's root is the real machine's root, whom /proc lets change the kernel's settings. */
  rootIsReal: boolean;
}

/** Read-only settings that the real machine's programs need and that hold nothing private. */
export const SYSTEM_SETTINGS = [
  '/etc/alternatives',
  '/etc/ld.so.cache',
  '/etc/manpath.config',
  '/etc/nanorc',
  '/etc/ssl/certs',
  '/etc/ssl/openssl.cnf',
  '/etc/terminfo',
  '/etc/vim',
];

/** Directories of the disk that something is mounted on or under; each must be a real directory, not a link elsewhere. */
export const MOUNT_POINTS = ['dev', 'etc', 'etc/ssl', 'proc', 'run', 'usr'];

/** Links of the disk's root into /usr. */
export const ROOT_LINKS: readonly (readonly [string, string])[] = [
  ['bin', 'usr/bin'],
  ['lib', 'usr/lib'],
  ['lib64', 'usr/lib64'],
  ['sbin', 'usr/sbin'],
];

const LOCAL_DIRECTORIES = ['bin', 'sbin', 'share', 'share/bash-completion', 'share/bash-completion/completions'];

const MIB = 1024 * 1024;
/** Memory that files outside the disk may take. */
const RUN_SIZE = 16 * MIB;
const SHARED_MEMORY_SIZE = 64 * MIB;

/**
 * The arguments of bwrap for a host. It is started inside a user namespace (programs/launch.ts), where it is root: it
 * unshares the rest, and of the real machine only /usr and a few settings are there, read-only.
 */
export function sandboxArguments(spec: SandboxSpec): string[] {
  const args = ['--unshare-pid', '--unshare-net', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup'];
  const add = (...more: (string | number)[]) => args.push(...more.map(String));
  add('--hostname', spec.hostname, '--die-with-parent', '--new-session', '--clearenv');
  add('--bind', spec.disk, '/');
  add('--ro-bind', '/usr', '/usr');
  add('--size', MIB, '--tmpfs', '/usr/local');
  // Made by name: bwrap makes missing parents for root alone.
  for (const dir of LOCAL_DIRECTORIES) add('--dir', `/usr/local/${dir}`);
  for (const [name, file] of spec.tools) add('--ro-bind', file, `/usr/local/bin/${name}`);
  for (const [name, file] of spec.completions)
    add('--ro-bind', file, `/usr/local/share/bash-completion/completions/${name}`);
  for (const name of spec.shims) add('--symlink', '/run/drydock/shim', `/usr/local/bin/${name}`);
  add('--remount-ro', '/usr/local');
  for (const path of spec.settings) add('--ro-bind', path, path);
  add('--proc', '/proc');
  if (spec.rootIsReal) add('--remount-ro', '/proc');
  add('--dev', '/dev');
  if (spec.tun) add('--dev-bind', '/dev/net/tun', '/dev/net/tun');
  add('--size', SHARED_MEMORY_SIZE, '--perms', '1777', '--tmpfs', '/dev/shm');
  add('--remount-ro', '/dev');
  add('--size', RUN_SIZE, '--tmpfs', '/run');
  add('--ro-bind', spec.runtimeDir, '/run/drydock');
  add('--setenv', 'PATH', '/usr/sbin:/usr/bin', '--chdir', '/');
  add('--info-fd', 3);
  return args;
}
