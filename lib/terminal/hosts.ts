import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Clock } from '../kit/clock.ts';
import type { FindHost, Host } from './host.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import { Machine, type HostCommand, type Invocation } from './machine.ts';
import { ToolSocket } from './tool-socket.ts';

export interface HostsOptions {
  find: FindHost;
  clock: Clock;
  limits?: Partial<Limits>;
}

export interface RunOptions extends HostCommand {
  input?: string | Uint8Array;
  signal?: AbortSignal;
}

export interface RunResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** The most that `run` keeps of each stream; what comes after is dropped. */
const LONGEST_OUTPUT = 4 * 1024 * 1024;

/** How long a background child of a finished command may hold its output open. */
const LAST_WORDS_MS = 500;

let machines = 0;

interface Running {
  machine: Promise<Machine>;
  stop(): Promise<void>;
}

/** The hosts that one learner (or one cluster) has. A host's sandbox starts when first needed. */
export class Hosts {
  readonly #options: HostsOptions;
  readonly #limits: Limits;
  /** By disk, which is what makes a host itself. */
  readonly #running = new Map<string, Running>();
  #disposed = false;

  constructor(options: HostsOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
  }

  /** The command line that runs `command` on a host, for this or another process; rejects when there is no such host. */
  async invocation(name: string, command: HostCommand): Promise<Invocation> {
    const host = await this.#options.find(name);
    if (!host) throw new Error(`there is no host ${JSON.stringify(name)}`);
    return (await this.#machine(host)).invocation(command);
  }

  /** Runs a command to its end. Output that its own children write later than that is waited for a moment only. */
  async run(name: string, { input, signal, ...command }: RunOptions): Promise<RunResult> {
    const { file, args, env } = await this.invocation(name, command);
    const child = spawn(file, args, { env: env as NodeJS.ProcessEnv, stdio: 'pipe', detached: true });
    const collect = (stream: NodeJS.ReadableStream) => {
      const parts: Buffer[] = [];
      let size = 0;
      stream.on('data', (data: Buffer) => {
        if (size < LONGEST_OUTPUT) parts.push(data);
        size += data.length;
      });
      return () => Buffer.concat(parts).subarray(0, LONGEST_OUTPUT).toString();
    };
    const stdout = collect(child.stdout);
    const stderr = collect(child.stderr);
    child.stdin.on('error', () => undefined);
    child.stdin.end(input ?? '');
    // The whole group: what the command has put into the background goes with it.
    const kill = () => void (child.pid !== undefined && child.exitCode === null && process.kill(-child.pid, 'SIGKILL'));
    signal?.addEventListener('abort', kill);
    if (signal?.aborted) kill();
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      const end = (code: number | null) => {
        signal?.removeEventListener('abort', kill);
        resolve({ exitCode: code ?? 137, stdout: stdout(), stderr: stderr() });
      };
      child.on('close', end);
      child.on('exit', (code) => {
        this.#options.clock.after(LAST_WORDS_MS, () => {
          child.stdout.destroy();
          child.stderr.destroy();
          end(code);
        });
      });
    });
  }

  /** Ends every process on every host. Disks stay. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    await Promise.all([...this.#running.values()].map((r) => r.stop()));
  }

  #machine(host: Host): Promise<Machine> {
    if (this.#disposed) return Promise.reject(new Error('the hosts were shut down'));
    const known = this.#running.get(host.disk);
    if (!known) return this.#start(host);
    return known.machine.then((machine) => {
      if (!machine.running) return known.stop().then(() => this.#machine(host));
      machine.wake();
      return machine;
    });
  }

  #start(host: Host): Promise<Machine> {
    let ended = () => {};
    const end = new Promise<void>((resolve) => (ended = resolve));
    const { clock, find } = this.#options;
    const machine = Machine.start({
      host,
      limits: this.#limits,
      clock,
      id: String(++machines),
      serve: (directory) => {
        const tools = new ToolSocket(join(directory, 'tools.sock'), host, { find, machine: (h) => this.#machine(h) });
        return () => {
          tools.close();
          this.#running.delete(host.disk);
          ended();
        };
      },
    });
    const running = {
      machine,
      stop: () =>
        machine.then(
          (m) => {
            m.stop();
            return end;
          },
          () => undefined,
        ),
    };
    this.#running.set(host.disk, running);
    machine.catch(() => this.#running.delete(host.disk));
    return machine;
  }
}
