import { nextTurn } from '../../../kit/next-turn.ts';
import { Process, type Exit, type ProcessOptions, type Program, type World } from './process.ts';
import type { SignalName } from './signals.ts';

/** What the kubelet's podPidsLimit would be: a fork bomb in a container ends there. */
const MOST_PROCESSES = 1024;

/** How many commands the shells of a container run until others have their turn, and until they rest. */
const COMMANDS_A_TURN = 64;
const COMMANDS_BEFORE_REST = 64 * 64;
const REST_MS = 100;

/** The processes of one pid namespace. When the first one ends, all others are killed. */
export class ProcessTable {
  readonly #processes = new Map<number, Process>();
  readonly #world: () => World;
  #commands = 0;
  #pause: Promise<void> | undefined;
  #nextPid = 1;

  constructor(world: () => World) {
    this.#world = world;
  }

  start(program: Program, parent: Process | undefined, options: ProcessOptions): Process {
    if (this.#processes.size >= MOST_PROCESSES) throw new Error("can't fork: Resource temporarily unavailable");
    const process = new Process(this.#world(), this.#nextPid++, parent, options);
    this.#processes.set(process.pid, process);
    void process.run(program);
    return process;
  }

  /**
   * Called before each command of a shell; what it answers is waited for. Busy loops, however many they are, keep nobody
   * outside of the container waiting for long.
   */
  pause(): Promise<void> | undefined {
    this.#commands++;
    if (this.#pause || this.#commands % COMMANDS_A_TURN !== 0) return this.#pause;
    const { clock, node } = this.#world();
    const isLong = this.#commands % COMMANDS_BEFORE_REST === 0;
    const over = isLong ? new Promise<void>((done) => clock.after(REST_MS, done)) : node.activity.track(nextTurn());
    this.#pause = over.then(() => (this.#pause = undefined));
    return this.#pause;
  }

  get(pid: number): Process | undefined {
    return this.#processes.get(pid);
  }

  list(): Process[] {
    return [...this.#processes.values()];
  }

  remove(process: Process): void {
    this.#processes.delete(process.pid);
    if (process.pid === 1) this.killAll('KILL');
  }

  killAll(signal: SignalName): void {
    for (const process of this.list()) process.kill(signal, true);
  }

  /** The container's memory limit was hit: the kernel kills its first process. */
  outOfMemory(): void {
    const exit: Exit = { code: 137, signal: 'KILL', oom: true };
    this.#processes.get(1)?.end(exit);
  }
}
