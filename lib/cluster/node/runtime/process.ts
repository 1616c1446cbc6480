import type { Activity } from '../../../kit/activity.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { Random } from '../../../kit/random.ts';
import type { BytePipe } from '../../network/byte-pipe.ts';
import type { HostNetwork } from '../../network/network.ts';
import type { NetStack } from '../../network/stack.ts';
import type { ControlPlane } from '../control-plane.ts';
import type { Connect } from '../../client/transport.ts';
import type { Budget } from './budget.ts';
import type { FileSystem } from './fs/file-system.ts';
import { OutOfMemory, processMemory } from './memory.ts';
import type { Output } from './output.ts';
import type { ProcessTable } from './process-table.ts';
import { IGNORED_BY_DEFAULT, SIGNALS, type SignalName } from './signals.ts';

/** A simulated program: runs with a process' files, streams and network, and answers its exit status. */
export type Program = (process: Process, args: readonly string[]) => Promise<number> | number;

/** What all processes of one container share. */
export interface World {
  clock: Clock;
  random: Random;
  net: NetStack;
  hostname: string;
  processes: ProcessTable;
  /** Programs by their path in the image's file system: `/bin/ls`. */
  program(path: string): Program | undefined;
  /** The files as the container's root user sees them. */
  fs: FileSystem;
  /** Resources, as cgroups tell: bytes and cores. */
  limits: { memory?: number; cpu?: number };
  memory: Budget;
  node: NodeFacilities;
}

/** What the machine gives to the few programs that are part of Kubernetes itself. */
export interface NodeFacilities {
  name: string;
  connect: Connect;
  controlPlane: ControlPlane;
  /** The host path behind a file of the container, where it is on the node's disk. */
  hostPath(fs: FileSystem, path: string): string | undefined;
  /** Where kube-proxy hands over its rules. */
  hostNetwork: HostNetwork;
  activity: Activity;
  /** What all containers of the node share: memory for their programs, room for their layers. */
  memory: Budget;
  layers: Budget;
}

export interface Exit {
  /** 128 + n after signal n. */
  code: number;
  signal?: SignalName;
  /** Killed for using more memory than its container may. */
  oom?: boolean;
}

export interface ProcessOptions {
  argv: readonly string[];
  env: ReadonlyMap<string, string>;
  cwd: string;
  fs: FileSystem;
  stdin: BytePipe;
  stdout: Output;
  stderr: Output;
  tty?: boolean;
}

/** Thrown inside a program whose process has ended by a signal, wherever it waits: unwinds it. */
export class Killed extends Error {}

/** One running program. */
export class Process {
  readonly pid: number;
  readonly parent: Process | undefined;
  readonly world: World;
  argv: readonly string[];
  env: Map<string, string>;
  cwd: string;
  readonly fs: FileSystem;
  stdin: BytePipe;
  stdout: Output;
  stderr: Output;
  readonly tty: boolean;
  readonly startedAt: number;
  /** What it holds, within its container's memory. */
  readonly memory: Budget;
  readonly exited: Promise<Exit>;
  readonly #abort = new AbortController();
  readonly #handlers = new Map<SignalName, (() => void) | 'ignore'>();
  #settle: (exit: Exit) => void = () => undefined;
  #done = false;

  constructor(world: World, pid: number, parent: Process | undefined, options: ProcessOptions) {
    this.world = world;
    this.pid = pid;
    this.parent = parent;
    this.argv = options.argv;
    this.env = new Map(options.env);
    this.cwd = options.cwd;
    this.fs = options.fs;
    this.stdin = options.stdin;
    this.stdout = options.stdout;
    this.stderr = options.stderr;
    this.tty = options.tty ?? false;
    this.startedAt = world.clock.now();
    this.memory = processMemory(world.memory);
    this.exited = new Promise((settle) => (this.#settle = settle));
  }

  /** Aborts when the process ends, however it does. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get alive(): boolean {
    return !this.#done;
  }

  /** Runs the program to its end; for the process table. */
  async run(program: Program): Promise<Exit> {
    try {
      const code = await program(this, this.argv.slice(1));
      this.end({ code: code & 255 });
    } catch (err) {
      // A RangeError is what the engine says of strings, arrays and stacks beyond what it can hold.
      if (err instanceof OutOfMemory || err instanceof RangeError) this.world.processes.outOfMemory(this.world);
      else if (!(err instanceof Killed)) {
        await this.stderr.write(`${this.argv[0]}: ${err instanceof Error ? err.message : String(err)}\n`);
        this.end({ code: 1 });
      }
    }
    return this.exited;
  }

  /** Ends the process; later ends are ignored. */
  end(exit: Exit): void {
    if (this.#done) return;
    this.#done = true;
    this.world.processes.remove(this);
    this.memory.close();
    this.#abort.abort();
    this.#settle(exit);
  }

  /** What a signal does: a handler, nothing, or (without either) its default. `undefined` restores the default. */
  on(signal: SignalName, handler: (() => void) | 'ignore' | undefined): void {
    if (handler) this.#handlers.set(signal, handler);
    else this.#handlers.delete(signal);
  }

  /** A container's first process gets only the signals that it handles, but for KILL from outside. */
  kill(signal: SignalName, fromOutside = false): void {
    if (this.#done) return;
    const first = this.pid === 1;
    if (signal === 'KILL') {
      if (!first || fromOutside) this.end({ code: 128 + SIGNALS.KILL, signal });
      return;
    }
    const handler = this.#handlers.get(signal);
    if (handler === 'ignore') return;
    if (handler) handler();
    else if (!first && !IGNORED_BY_DEFAULT.has(signal)) this.end({ code: 128 + SIGNALS[signal], signal });
  }

  /** Goes on as another program, as exec(2) does: same pid, no handlers. Answers its status. */
  async become(
    program: Program,
    options: {
      argv: readonly string[];
      env: ReadonlyMap<string, string>;
      stdin: BytePipe;
      stdout: Output;
      stderr: Output;
    },
  ): Promise<number> {
    Object.assign(this, { ...options, env: new Map(options.env) });
    for (const [signal, handler] of this.#handlers) if (handler !== 'ignore') this.#handlers.delete(signal);
    return program(this, this.argv.slice(1));
  }

  /** Waits for something, but not beyond the process' own end. */
  wait<T>(work: Promise<T>): Promise<T> {
    if (this.#done) return Promise.reject(new Killed());
    return new Promise<T>((resolve, reject) => {
      const killed = () => reject(new Killed());
      this.signal.addEventListener('abort', killed, { once: true });
      const forget = () => this.signal.removeEventListener('abort', killed);
      work.then(
        (value) => {
          forget();
          resolve(value);
        },
        (err: unknown) => {
          forget();
          reject(err instanceof Error ? err : new Error(String(err)));
        },
      );
    });
  }

  sleep(ms: number): Promise<void> {
    if (this.#done) return Promise.reject(new Killed());
    return new Promise((resolve, reject) => {
      const killed = () => {
        timer.cancel();
        reject(new Killed());
      };
      const timer = this.world.clock.after(ms, () => {
        this.signal.removeEventListener('abort', killed);
        resolve();
      });
      this.signal.addEventListener('abort', killed, { once: true });
    });
  }

  /** Waits for the process' end: what a server does. */
  forever(): Promise<never> {
    return this.wait(new Promise<never>(() => undefined));
  }

  /** Starts another program in the same container. */
  spawn(program: Program, options: Partial<ProcessOptions> & { argv: readonly string[] }): Process {
    return this.world.processes.start(this.world, program, this, {
      env: this.env,
      cwd: this.cwd,
      fs: this.fs,
      stdin: this.stdin,
      stdout: this.stdout,
      stderr: this.stderr,
      tty: this.tty,
      ...options,
    });
  }

  read(): Promise<Uint8Array | undefined> {
    return this.wait(this.stdin.read());
  }

  /** All of the standard input; a program that keeps what it reads needs the memory for it. */
  async readAll(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for (let chunk = await this.read(); chunk; chunk = await this.read()) {
      this.memory.take(chunk.length);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  print(text: Uint8Array | string): Promise<boolean> {
    return this.#write(this.stdout, text);
  }

  warn(text: string): Promise<boolean> {
    return this.#write(this.stderr, text);
  }

  async #write(output: Output, text: Uint8Array | string): Promise<boolean> {
    const heard = await this.wait(output.write(text));
    if (!heard) this.kill('PIPE');
    if (this.#done) throw new Killed();
    return heard;
  }
}
