import { nextTurn } from '../../../kit/next-turn.ts';
import { emptyPipe } from '../../network/byte-pipe.ts';
import { Process, type Exit, type ProcessOptions, type Program, type World } from './process.ts';

/** What the kubelet's podPidsLimit would be: a fork bomb in a container ends there. */
const MOST_PROCESSES = 1024;

/** How many commands the shells of a container run until others have their turn, and until they rest. */
const COMMANDS_A_TURN = 64;
const COMMANDS_BEFORE_REST = 64 * 64;
const REST_MS = 100;

/** The first process of a pod's shared pid namespace, in no container. */
const PAUSE_USER = { uid: 65535, gid: 65535, groups: [65535] };

/** The processes of one pid namespace. When the first one of a container ends, all others of it are killed. */
export class ProcessTable {
  readonly #processes = new Map<number, Process>();
  /** The first process of each container, by what it sees of the world. */
  readonly #mains = new Map<World, Process>();
  readonly #shared: boolean;
  #commands = 0;
  #pause: Promise<void> | undefined;
  #nextPid = 1;

  /** `shared`: by the containers of a pod, with the pod's own process as the first. */
  constructor(shared = false) {
    this.#shared = shared;
  }

  start(world: World, program: Program, parent: Process | undefined, options: ProcessOptions): Process {
    if (this.#processes.size >= MOST_PROCESSES) throw new Error("can't fork: Resource temporarily unavailable");
    if (this.#shared && this.#nextPid === 1) this.#startPause(world, options);
    const process = this.#add(world, parent, options);
    if (!this.#mains.has(world)) this.#mains.set(world, process);
    // Only now: a program may end, or be killed, before it waits for anything.
    void process.run(program);
    return process;
  }

  #add(world: World, parent: Process | undefined, options: ProcessOptions): Process {
    const process = new Process(world, this.#nextPid++, parent, options);
    this.#processes.set(process.pid, process);
    return process;
  }

  #startPause(world: World, { stdout, stderr }: ProcessOptions): void {
    const fs = world.fs.as(PAUSE_USER);
    const io = { stdin: emptyPipe(), stdout, stderr };
    const pause = this.#add(world, undefined, { argv: ['/pause'], env: new Map(), cwd: '/', fs, ...io });
    void pause.run((p) => p.forever());
  }

  /** The first process of a container. */
  mainOf(world: World): Process | undefined {
    return this.#mains.get(world);
  }

  /**
   * Called before each command of a shell; what it answers is waited for. Busy loops, however many they are, keep nobody
   * outside of the container waiting for long.
   */
  pause({ clock, node }: World): Promise<void> | undefined {
    this.#commands++;
    if (this.#pause || this.#commands % COMMANDS_A_TURN !== 0) return this.#pause;
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
    if (this.#mains.get(process.world) !== process) return;
    this.#mains.delete(process.world);
    for (const other of this.list()) {
      if (other.world === process.world && !(this.#shared && other.pid === 1)) other.kill('KILL', true);
    }
  }

  /** A container's memory limit was hit: the kernel kills its first process. */
  outOfMemory(world: World): void {
    const exit: Exit = { code: 137, signal: 'KILL', oom: true };
    this.#mains.get(world)?.end(exit);
  }
}
