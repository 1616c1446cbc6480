import { Budget } from './budget.ts';

const MIB = 1024 * 1024;

/** What the programs of one container, and of all containers of a node, may hold at once: a worker's memory is everybody's. */
const MOST_OF_CONTAINER = 64 * MIB;
const MOST_OF_NODE = 256 * MIB;

/** What a shell takes before it has a variable: endless forks cost something. */
const SHELL = 4096;

/** A program wants more memory than its container has: the kernel ends the container. */
export class OutOfMemory extends Error {
  constructor() {
    super('Cannot allocate memory');
  }
}

const refusal = () => new OutOfMemory();

export const nodeMemory = (): Budget => new Budget(MOST_OF_NODE, refusal);

/** `limit` is the container's own, in bytes. */
export const containerMemory = (node: Budget, limit = MOST_OF_CONTAINER): Budget =>
  new Budget(Math.min(limit, MOST_OF_CONTAINER), refusal, node);

/** Only as large as its container; knows what to give back when the process ends. */
export const processMemory = (container: Budget): Budget => new Budget(Infinity, refusal, container);

/** A shell's variables, in its process's memory. */
export class Variables extends Map<string, string> {
  // Not a field with an initial value: the base class would call `set` before there is one.
  readonly #memory: Budget;
  #size = SHELL;

  constructor(start: ReadonlyMap<string, string>, memory: Budget) {
    super();
    this.#memory = memory;
    memory.take(SHELL);
    for (const [name, value] of start) super.set(name, value);
  }

  override set(name: string, value: string): this {
    this.hold(value.length - (this.get(name)?.length ?? -name.length));
    return super.set(name, value);
  }

  override delete(name: string): boolean {
    const value = this.get(name);
    if (value !== undefined) {
      // What came from the parent shell was never taken here.
      this.hold(-Math.min(this.#size - SHELL, name.length + value.length));
    }
    return super.delete(name);
  }

  /** What the shell keeps beside its variables comes (or goes, negative). */
  hold(bytes: number): void {
    this.#memory.take(bytes);
    this.#size += bytes;
  }

  /** The shell has ended. */
  release(): void {
    this.#memory.take(-this.#size);
    this.#size = 0;
  }
}
