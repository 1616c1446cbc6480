import { Process, type Exit, type ProcessOptions, type Program, type World } from './process.ts';
import type { SignalName } from './signals.ts';

/** The processes of one pid namespace. When the first one ends, all others are killed. */
export class ProcessTable {
  readonly #processes = new Map<number, Process>();
  readonly #world: () => World;
  #nextPid = 1;

  constructor(world: () => World) {
    this.#world = world;
  }

  start(program: Program, parent: Process | undefined, options: ProcessOptions): Process {
    const process = new Process(this.#world(), this.#nextPid++, parent, options);
    this.#processes.set(process.pid, process);
    void process.run(program);
    return process;
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
