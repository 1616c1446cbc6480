import { execFile, spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Clock, Timer } from '../kit/clock.ts';
import { projectPath } from '../kit/project-file.ts';
import { ControlGroups } from './cgroup.ts';
import { DiskQuota } from './disk-quota.ts';
import { CANDIDATE_ID, loginEnvironment, loginOf, type Account, type Host } from './host.ts';
import { idMap, type IdRange } from './identity.ts';
import { ownName, sweep } from './leftovers.ts';
import { resourceLimits, type Limits } from './limits.ts';
import { Bridge } from './network/bridge.ts';
import { ENTER_PROGRAM } from './programs/enter.ts';
import { LAUNCH_PROGRAM } from './programs/launch.ts';
import { MACHINE_PROGRAM } from './programs/machine.ts';
import { SHIM_PROGRAM } from './programs/shim.ts';
import { MOUNT_POINTS, ROOT_LINKS, sandboxArguments, SYSTEM_SETTINGS } from './sandbox.ts';
import { seccompFilter } from './seccomp.ts';
import { writeStandardFiles } from './standard-files.ts';
import { whenStarted } from './startup.ts';

/** A command for a host, not yet a line of arguments. */
export interface HostCommand {
  account: Account;
  argv: readonly string[];
  /** Absent: the account's home. */
  cwd?: string;
  /** Added to the login's environment. */
  env?: Readonly<Record<string, string>>;
  term?: string;
}

/** What to start on the real machine so that a command runs on the host; plain data, usable from another process. */
export interface Invocation {
  file: string;
  args: string[];
  env: Record<string, string>;
}

/** Typed loosely because a framework's types demand a variable of their own in every environment. */
const BARE_ENVIRONMENT: Record<string, string> = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
const PERL = '/usr/bin/perl';
const BWRAP = '/usr/bin/bwrap';

/** CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, SETGID, SETUID and NET_BIND_SERVICE: an administrator's daily powers over files and processes of the host. */
const ROOT_CAPABILITIES = [0, 1, 3, 4, 5, 6, 7, 10];
const capabilityMask = (numbers: readonly number[]) => numbers.reduce((mask, n) => mask + 2 ** n, 0).toString(16);

/** Commands that every host has and the server answers. */
const LOGIN_SHIMS = ['ssh', 'sudo', 'su'];

/** Programs that the real machine may have and a host has, if at all, in another form. */
const NOT_ON_HOSTS = ['kubectl', 'helm', 'docker', 'podman', 'systemctl', 'journalctl'];

const RUNTIME_PREFIX = 'drydock-host-';

/** How long a sandbox may take to start on a busy machine. */
const START_MS = 20_000;

const textOf = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : '');

/** Which ids this machine allows; asked once. */
function findIds() {
  const { uid, username } = userInfo();
  return idMap({
    uid,
    userName: username,
    subuid: textOf('/etc/subuid'),
    subgid: textOf('/etc/subgid'),
    hasNewuidmap: existsSync('/usr/bin/newuidmap') && existsSync('/usr/bin/newgidmap'),
  });
}

/** Which process id namespace a process is in; undefined once it has ended. */
function processSpace(pid: string | number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

/** Makes the disk's root ready to be mounted on. A link where a directory belongs could lead a mount astray: it goes. */
function prepareDisk(disk: string): void {
  mkdirSync(disk, { recursive: true });
  chmodSync(disk, 0o755);
  for (const name of MOUNT_POINTS) {
    const path = join(disk, name);
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found && !found.isDirectory()) unlinkSync(path);
    if (!found?.isDirectory()) mkdirSync(path);
  }
  for (const [name, target] of ROOT_LINKS) {
    const path = join(disk, name);
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) symlinkSync(target, path);
  }
}

function standardHost(host: Host) {
  const nodes = host.node?.cluster.nodes ?? [];
  const own = nodes.find((n) => n.name === host.node?.name);
  return {
    name: host.name,
    neighbours: nodes.map((n) => ({ ip: n.ip, name: n.name })),
    kubectl: host.node !== undefined,
    // As after `kubeadm init`; `kubeadm join` sets nothing up for kubectl.
    ...(host.node && own?.controlPlane ? { kubeconfig: host.node.cluster.kubeconfig(`https://${own.ip}:6443`) } : {}),
  };
}

export interface MachineOptions {
  host: Host;
  limits: Limits;
  clock: Clock;
  /** Distinguishes the machines of this process. */
  id: string;
  /** Called before the sandbox starts, with the directory that it sees as /run/drydock; what it returns, when it has ended. */
  serve: (directory: string) => () => void;
}

/**
 * One host's running sandbox. All shells and commands of the host share it, as they share a real machine: processes,
 * loopback, /run. Its disk outlives it.
 */
export class Machine {
  readonly host: Host;
  /** Holds the sandbox's sockets; in the real machine's temporary directory because socket paths must be short. */
  readonly runtimeDir: string;
  readonly #limits: Limits;
  readonly #groups: ControlGroups;
  readonly #ids = findIds();
  readonly #process: ChildProcess;
  readonly #bridge: Bridge | undefined;
  readonly #clock: Clock;
  readonly #quota: DiskQuota;
  readonly #stopServing: () => void;
  #pid = 0;
  #space: string | undefined;
  #ended = false;

  private constructor({ host, limits, clock, id, serve }: MachineOptions) {
    this.host = host;
    this.#limits = limits;
    this.#clock = clock;
    this.#groups = new ControlGroups(id, limits);
    sweep(tmpdir(), RUNTIME_PREFIX, (path) => rmSync(path, { recursive: true, force: true }));
    this.runtimeDir = mkdtempSync(join(tmpdir(), ownName(RUNTIME_PREFIX, '')));
    const shared = join(this.runtimeDir, 'shared');
    mkdirSync(shared, { mode: 0o755 });
    chmodSync(shared, 0o755);
    writeStandardFiles(join(shared, 'seed'), standardHost(host));
    writeFileSync(join(shared, 'init'), MACHINE_PROGRAM, { mode: 0o755 });
    writeFileSync(join(shared, 'shim'), SHIM_PROGRAM, { mode: 0o755 });
    prepareDisk(host.disk);
    const node = host.node && host.node.cluster.nodes.find((n) => n.name === host.node?.name);
    const tun = node !== undefined && existsSync('/dev/net/tun');
    this.#bridge = host.node
      ? new Bridge({ path: join(shared, 'net.sock'), apiPath: join(this.runtimeDir, 'api.sock'), ...host.node, clock })
      : undefined;
    this.#stopServing = serve(shared);
    this.#quota = new DiskQuota({
      disk: host.disk,
      limit: limits.disk,
      clock,
      setFull: (full) => this.#setFileSize(full ? 0 : limits.fileSize),
    });
    this.#process = this.#launch(node?.ip, tun, shared);
  }

  /** Starts the sandbox and waits until its network stands. Rejects with a sentence for the user. */
  static async start(options: MachineOptions): Promise<Machine> {
    const machine = new Machine(options);
    try {
      await machine.#whenReady();
      return machine;
    } catch (err) {
      machine.stop();
      throw err;
    }
  }

  #launch(ip: string | undefined, tun: boolean, shared: string): ChildProcess {
    const { host } = this;
    const { users, groups } = this.#ids;
    const range = (kind: string) => (r: IdRange) => `${kind}=${r.inside} ${r.outside} ${r.count}`;
    const kubernetes = host.node
      ? ['kubectl', 'helm'].filter((t) => existsSync(projectPath('build/tools/bin', t)))
      : [];
    const shims = [...LOGIN_SHIMS, ...(host.node ? host.node.cluster.tools(host.node.name) : [])];
    const sandbox = sandboxArguments({
      hostname: host.name,
      disk: host.disk,
      runtimeDir: shared,
      tools: new Map(kubernetes.map((t) => [t, projectPath('build/tools/bin', t)])),
      completions: new Map(kubernetes.map((t) => [t, projectPath('build/tools/completions', t)])),
      shims,
      settings: SYSTEM_SETTINGS.filter((p) => existsSync(p)),
      tun,
      rootIsReal: users.ranges[0]?.outside === 0,
    });
    const hidden = [...new Set([...NOT_ON_HOSTS, ...shims])].filter((name) => existsSync(join('/usr/bin', name)));
    const network = ip === undefined ? [] : [`ip=${ip}`, `tun=${tun ? 1 : 0}`];
    const owner = users.candidate === 'own' ? [`candidate=${CANDIDATE_ID}`] : [];
    const child = spawn(
      PERL,
      [
        '-e',
        LAUNCH_PROGRAM,
        '--',
        `writer=${users.writer}`,
        ...users.ranges.map(range('uid')),
        ...groups.map(range('gid')),
        ...this.#groups.paths.map((p) => `cgroup=${p}`),
        // Through a descriptor, so that the sandbox's list of processes shows no paths of the real machine.
        '--',
        BWRAP,
        '--args',
        '4',
        '--',
        '/run/drydock/init',
        ...network,
        ...owner,
        `hide=${hidden.join(' ')}`,
      ],
      { env: BARE_ENVIRONMENT as NodeJS.ProcessEnv, stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'], detached: true },
    );
    (child.stdio[4] as Writable).end(sandbox.map((arg) => `${arg}\0`).join(''));
    return child;
  }

  #whenReady(): Promise<void> {
    return new Promise((resolve, reject) => {
      let said = '';
      let late: Timer | undefined;
      const fail = (why: string) => {
        late?.cancel();
        reject(new Error(`host ${this.host.name} does not start: ${said.trim() || why}`));
      };
      late = this.#clock.after(START_MS, () => fail('it is not ready in time'));
      this.#process.on('error', (err) => fail(err.message));
      this.#process.on('exit', () => {
        fail('its sandbox ended');
        this.#finish();
      });
      this.#process.stderr?.on('data', (data: Buffer) => {
        said = (said + data.toString()).slice(-2000);
      });
      const { stdout, stdio } = this.#process;
      if (stdout === null) return fail('it has no output');
      void whenStarted(stdio[3] as Readable, stdout).then((pid) => {
        this.#pid = pid;
        this.#space = processSpace(pid);
        late?.cancel();
        resolve();
      });
    });
  }

  /** Whether its processes are there; false as soon as they have ended, which this process may be told of only later. */
  get running(): boolean {
    return this.#space !== undefined && processSpace(this.#pid) === this.#space;
  }

  /** The command line that runs `command` on this host. */
  invocation({ account, argv, cwd, env, term = 'dumb' }: HostCommand): Invocation {
    const { uid, home } = loginOf(account);
    const shared = this.#ids.users.candidate === 'shared';
    const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
    const args = [
      '-e',
      ENTER_PROGRAM,
      '--',
      `pid=${this.#pid}`,
      `uid=${uid}`,
      `cwd=${cwd ?? home}`,
      `nest=${shared && uid !== 0 ? 1 : 0}`,
      `groups=${shared ? 0 : 1}`,
      `caps=${uid === 0 ? capabilityMask(ROOT_CAPABILITIES) : '0'}`,
      `seccomp=${Buffer.from(seccompFilter(arch)).toString('hex')}`,
      ...resourceLimits(this.#limits).map(([resource, value]) => `rlimit=${resource}:${value}`),
      ...this.#groups.paths.map((p) => `cgroup=${p}`),
      '--',
      ...argv,
    ];
    return { file: PERL, args, env: { ...loginEnvironment(account, term), ...env } };
  }

  /** Somebody works on the host: looks at it more often for a while. */
  wake(): void {
    this.#bridge?.wake();
    this.#quota.wake();
  }

  /** Where a process of the host is, by its id outside; undefined when it has gone. */
  static directoryOf(pid: number): string | undefined {
    try {
      return readlinkSync(`/proc/${pid}/cwd`);
    } catch {
      return undefined;
    }
  }

  /** The soft limit only: it can be raised again by whoever lowered it. */
  async #setFileSize(bytes: number): Promise<void> {
    const inside = ['-t', String(this.#pid), '-U', '--preserve-credentials', '/usr/bin/prlimit', `--fsize=${bytes}:`];
    await Promise.all(
      this.#processes().map(
        (pid) =>
          new Promise<void>((resolve) => execFile('/usr/bin/nsenter', [...inside, '--pid', pid], () => resolve())),
      ),
    );
  }

  /** Ids, outside, of the host's processes but its first ones. */
  #processes(): string[] {
    const ours = this.#space;
    return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && ours !== undefined && processSpace(pid) === ours);
  }

  /** Ends every process of the host. The disk stays. */
  stop(): void {
    this.#process.kill('SIGKILL');
  }

  #finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#quota.stop();
    this.#bridge?.close();
    this.#groups.remove();
    rmSync(this.runtimeDir, { recursive: true, force: true });
    this.#stopServing();
  }
}
