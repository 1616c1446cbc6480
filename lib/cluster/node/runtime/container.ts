import type { Clock } from '../../../kit/clock.ts';
import type { Random } from '../../../kit/random.ts';
import { BytePipe, emptyPipe } from '../../network/byte-pipe.ts';
import type { NetStack } from '../../network/stack.ts';
import type { Image } from '../images/image.ts';
import type { Budget } from './budget.ts';
import { devRoot, procRoot } from './dev.ts';
import { findProgram, type Found } from './find-program.ts';
import { FileSystem, type Identity, type Mount } from './fs/file-system.ts';
import { MemoryTree } from './fs/memory-tree.ts';
import { NotedTree } from './fs/noted-tree.ts';
import type { Tree } from './fs/tree.ts';
import { layer } from './fs/space.ts';
import { containerMemory } from './memory.ts';
import type { Output } from './output.ts';
import { ProcessTable } from './process-table.ts';
import type { Exit, NodeFacilities, Process, Program, World } from './process.ts';
import type { SignalName } from './signals.ts';

export interface ContainerOptions {
  image: Image;
  argv: readonly string[];
  env: ReadonlyMap<string, string>;
  cwd: string;
  identity: Identity;
  mounts: readonly Mount[];
  readOnlyRoot: boolean;
  hostname: string;
  net: NetStack;
  /** Shared by the containers of a pod with shareProcessNamespace. */
  processes?: ProcessTable;
  limits: { memory?: number; cpu?: number };
  capEff: string;
  noNewPrivs: boolean;
  /** Whether the main process has a standard input; `once`: until the first client that gave some is done. */
  stdin: boolean | 'once';
  tty: boolean;
  stdout: Output;
  stderr: Output;
  clock: Clock;
  random: Random;
  node: NodeFacilities;
  /** Keeps what is changed from outside, by exec, in the container's own files. */
  layer: { restore(tree: Tree): void; note(path: string): void };
}

/** A container could not be started; the message is what containerd and runc say. */
export class StartError extends Error {}

const CREATE =
  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: ';

/** A running container: one image's files with volumes mounted, and the processes in it. */
export class Container {
  readonly fs: FileSystem;
  readonly exited: Promise<Exit>;
  readonly options: ContainerOptions;
  /** The same files, for who comes from outside. */
  readonly #outside: FileSystem;
  readonly #world: World;
  /** What was written into its own files. */
  readonly #layer: Budget;
  readonly #main: Process;
  readonly #stdin: BytePipe;
  readonly #attached = new Set<{ stdout: Output; stderr: Output }>();

  /** Starts the main process; throws a StartError when there is nothing to run. */
  constructor(options: ContainerOptions) {
    this.options = options;
    const { clock, random, image } = options;
    const heard = (name: 'stdout' | 'stderr'): Output => ({
      write: async (data) => {
        for (const client of this.#attached) void client[name].write(data);
        return options[name].write(data);
      },
    });
    const stdout = heard('stdout');
    const stderr = heard(options.tty ? 'stdout' : 'stderr');
    const startedAt = clock.now();
    const proc = procRoot({
      stdout: (data) => void stdout.write(data),
      stderr: (data) => void stderr.write(data),
      capEff: options.capEff,
      noNewPrivs: options.noNewPrivs,
      memoryKiB: 24_684_084,
      cpus: 2,
      mounts: () =>
        this.fs.mounts
          .map((m) => `${m.fsType} ${m.path} ${m.fsType} ${m.readOnly ? 'ro' : 'rw'},relatime 0 0\n`)
          .join(''),
      command: () => `${options.argv.join('\0')}\0`,
      uptime: () => (clock.now() - startedAt) / 1000 + 1500,
    });
    const now = () => clock.now();
    this.#layer = layer(options.node.layers);
    const root = new MemoryTree(image.rootfs(), now, this.#layer);
    options.layer.restore(root);
    const mounts: Mount[] = [
      {
        path: '/',
        tree: root,
        readOnly: options.readOnlyRoot,
        fsType: 'overlay',
      },
      { path: '/proc', tree: new MemoryTree(proc, now), readOnly: true, fsType: 'proc' },
      { path: '/dev', tree: new MemoryTree(devRoot(random), now, this.#layer), readOnly: false, fsType: 'tmpfs' },
    ];
    const bare = new FileSystem(mounts.slice(0, 1).map((m) => ({ ...m, readOnly: false })));
    const wanted = options.mounts.map((m) => ({ ...m, path: makeMountPoint(bare, m) }));
    const given = new Set(wanted.map((m) => m.path));
    this.fs = new FileSystem([...mounts.filter((m) => !given.has(m.path)), ...wanted], options.identity);
    this.#outside = new FileSystem(
      this.fs.mounts.map((m) =>
        m.tree === root ? { ...m, tree: new NotedTree(root, (path) => options.layer.note(path)) } : m,
      ),
      options.identity,
    );
    this.#world = {
      clock,
      random,
      net: options.net,
      hostname: options.hostname,
      processes: options.processes ?? new ProcessTable(),
      program: (path) => image.programs.get(path),
      fs: this.fs.as({ uid: 0, gid: 0, groups: [0] }),
      limits: options.limits,
      memory: containerMemory(options.node.memory, options.limits.memory),
      node: options.node,
    };
    const { argv, cwd, env } = options;
    if (!this.fs.exists(cwd) && !options.readOnlyRoot) this.#world.fs.mkdir(cwd, { recursive: true });
    const found = runnable(findProgram(this.#world, this.fs, argv, cwd, env.get('PATH')), argv);
    if ('error' in found)
      throw new StartError(`${CREATE}unable to start container process: ${whyNot(argv[0] ?? '', found)}`);
    this.#stdin = options.stdin ? new BytePipe() : emptyPipe();
    this.#main = this.#world.processes.start(this.#world, found.program, undefined, {
      argv: found.argv,
      env,
      cwd,
      fs: this.fs,
      stdin: this.#stdin,
      stdout,
      stderr,
      tty: options.tty,
    });
    this.exited = this.#main.exited;
    void this.exited.then(() => this.#layer.close());
  }

  get processes(): Process[] {
    return this.#world.processes.list().filter((process) => process.world === this.#world);
  }

  /** Sends a signal to the main process, as the runtime does. */
  signal(signal: SignalName): void {
    this.#main.kill(signal, true);
  }

  /** Whether what listens in it answers (for tools). */
  get world(): World {
    return this.#world;
  }

  /** Streams the main process' output to a client, and the client's input to it, until either ends. */
  async attach(client: { stdout: Output; stderr: Output; stdin?: BytePipe; signal: AbortSignal }): Promise<void> {
    this.#attached.add(client);
    const leave = () => this.#attached.delete(client);
    client.signal.addEventListener('abort', leave);
    const { stdin } = client;
    if (stdin && this.options.stdin) {
      void (async () => {
        for (let chunk = await stdin.read(); chunk; chunk = await stdin.read()) await this.#stdin.write(chunk);
        if (this.options.stdin === 'once') this.#stdin.end();
      })();
    }
    await this.exited;
    leave();
  }

  /** Starts another process in the container; throws a StartError when there is nothing to run. */
  exec(argv: readonly string[], io: { stdin: BytePipe; stdout: Output; stderr: Output; tty: boolean }): Process {
    const found = runnable(
      findProgram(this.#world, this.fs, argv, this.options.cwd, this.options.env.get('PATH')),
      argv,
    );
    if ('error' in found) {
      throw new StartError(
        `OCI runtime exec failed: exec failed: unable to start container process: ${whyNot(argv[0] ?? '', found)}`,
      );
    }
    const env = new Map(this.options.env);
    if (io.tty) env.set('TERM', 'xterm');
    return this.#world.processes.start(this.#world, found.program, undefined, {
      argv: found.argv,
      env,
      cwd: this.options.cwd,
      fs: this.#outside,
      ...io,
    });
  }
}

/** What is no program is found out only after the start: the process says so and ends. */
function runnable(found: Found, argv: readonly string[]): Found {
  if (!('error' in found) || found.error !== 'exec format error') return found;
  const program: Program = async (process) => {
    await process.warn(`exec ${argv[0]}: exec format error\n`);
    return 1;
  };
  return { program, argv };
}

function whyNot(name: string, found: Extract<Found, { error: string }>): string {
  const quoted = JSON.stringify(name);
  switch (found.error) {
    case 'not found':
      return `exec: ${quoted}: executable file not found in $PATH`;
    case 'no such file':
      return `exec: ${quoted}: stat ${name}: no such file or directory`;
    case 'is a directory':
      return `exec: ${quoted}: is a directory`;
    default:
      return `exec: ${quoted}: permission denied`;
  }
}

/** Makes the directories that a mount needs in the image's files; answers its place without symlinks (`/var/run` → `/run`). */
function makeMountPoint(root: FileSystem, { path, tree }: Mount): string {
  const at = path.lastIndexOf('/');
  const isDirectory = tree.lookup('')?.type === 'dir';
  try {
    const dir = isDirectory ? path : path.slice(0, at) || '/';
    root.mkdir(dir, { recursive: true });
    return isDirectory ? root.realpath(dir) : `${root.realpath(dir).replace(/\/$/, '')}/${path.slice(at + 1)}`;
  } catch {
    // A file of the image stands in the way: the mount hides it.
    return path;
  }
}
