import { rm } from 'node:fs/promises';
import type { Cluster } from '../../cluster/index.ts';
import type { Clock, Timer } from '../../kit/clock.ts';
import { log } from '../../log.ts';
import type { Hosts } from '../../terminal/index.ts';
import type { ClusterAccess } from '../cluster-access.ts';
import type { TaskKey, TaskSpec } from '../fleet.ts';
import { taskFolder } from './task-folder.ts';

/** A cluster that nobody has used for this long is stopped; it comes back from its folder in milliseconds. */
const IDLE_MS = 15 * 60_000;
const SWEEP_MS = 60_000;

/** What the worker does for exercises, of which it knows only the names. */
export interface Proctor {
  /** Brings a fresh cluster into the exercise's starting state. */
  prepare(slug: string, access: ClusterAccess): Promise<void>;
  /** The answer is JSON, and goes to the web process as it is. */
  grade(slug: string, access: ClusterAccess): Promise<unknown>;
}

export interface HeldCluster {
  cluster: Cluster;
  /** `base` and the cluster's nodes, as the candidate reaches them. */
  hosts: Hosts;
  access: ClusterAccess;
}

/** A use of a cluster: while there is one it is not stopped for idleness. */
export interface Lease extends HeldCluster {
  release(): void;
}

interface Held {
  ready: Promise<HeldCluster>;
  uses: number;
  lastUse: number;
}

export interface TaskClustersOptions {
  dataDir: string;
  clock: Clock;
  proctor: Proctor;
  createCluster: (options: { profile: string; dir: string }) => Promise<Cluster>;
  hostsOf: (task: TaskKey, cluster: Cluster) => Hosts;
  accessTo: (cluster: Cluster, hosts: Hosts) => ClusterAccess;
  /** Before an idle cluster is stopped. */
  onIdle: (task: TaskKey) => void;
}

const keyOf = ({ attempt, position }: TaskKey): string => `${attempt}/${position}`;

/** The clusters of this worker: made when first needed, restored when known from before, stopped when idle. */
export class TaskClusters {
  readonly #options: TaskClustersOptions;
  readonly #held = new Map<string, Held>();
  /** Clusters on their way out; the same key opens again only after. */
  readonly #ending = new Map<string, Promise<void>>();
  #sweep: Timer | undefined;

  constructor(options: TaskClustersOptions) {
    this.#options = options;
    this.#plan();
  }

  get count(): number {
    return this.#held.size;
  }

  async use(task: TaskSpec): Promise<Lease> {
    const key = keyOf(task);
    for (let ending = this.#ending.get(key); ending; ending = this.#ending.get(key)) await ending;
    let held = this.#held.get(key);
    if (!held) {
      held = { ready: this.#open(task), uses: 0, lastUse: 0 };
      this.#held.set(key, held);
      held.ready.catch(() => this.#held.delete(key));
    }
    const mine = held;
    mine.uses++;
    let released = false;
    const release = () => {
      if (released) return;
      released = true;
      mine.uses--;
      mine.lastUse = this.#options.clock.now();
    };
    try {
      return { ...(await mine.ready), release };
    } catch (err) {
      release();
      throw err;
    }
  }

  async #open(task: TaskSpec): Promise<HeldCluster> {
    const { dataDir, createCluster, hostsOf, accessTo, proctor } = this.#options;
    const folder = taskFolder(dataDir, task);
    const isNew = !folder.isPrepared();
    // What a worker that died while preparing has left is half a starting state: begin again.
    if (isNew) await rm(folder.cluster, { recursive: true, force: true });
    const cluster = await createCluster({ profile: task.profile, dir: folder.cluster });
    const hosts = hostsOf(task, cluster);
    const access = accessTo(cluster, hosts);
    if (isNew) {
      try {
        await proctor.prepare(task.slug, access);
        folder.markPrepared();
      } catch (err) {
        await hosts.dispose();
        await cluster.stop();
        throw err;
      }
    }
    log(isNew ? 'cluster made' : 'cluster restored', { ...task, ms: cluster.readyMs });
    return { cluster, hosts, access };
  }

  /** Stops the task's cluster, if it runs. */
  async end(task: TaskKey): Promise<void> {
    const key = keyOf(task);
    const held = this.#held.get(key);
    if (!held) return this.#ending.get(key);
    this.#held.delete(key);
    const ending = held.ready
      .then(
        async ({ cluster, hosts }) => {
          await hosts.dispose();
          await cluster.stop();
        },
        // It never ran.
        () => undefined,
      )
      .finally(() => this.#ending.delete(key));
    this.#ending.set(key, ending);
    return ending;
  }

  /** Stops every cluster of the attempt. */
  async endAttempt(attempt: string): Promise<void> {
    const keys = [...this.#held.keys(), ...this.#ending.keys()].filter((key) => key.startsWith(`${attempt}/`));
    await Promise.all(keys.map((key) => this.end({ attempt, position: Number(key.slice(attempt.length + 1)) })));
  }

  #plan(): void {
    this.#sweep = this.#options.clock.after(SWEEP_MS, () => {
      const now = this.#options.clock.now();
      for (const [key, held] of this.#held) {
        if (held.uses > 0 || now - held.lastUse < IDLE_MS) continue;
        const [attempt = '', position] = key.split('/');
        const task = { attempt, position: Number(position) };
        this.#options.onIdle(task);
        this.end(task).catch((err: unknown) => log('idle cluster did not stop', { ...task, err }));
      }
      this.#plan();
    });
  }

  async stop(): Promise<void> {
    this.#sweep?.cancel();
    const keys = [...this.#held.keys()].map((key) => key.split('/'));
    await Promise.all(keys.map(([attempt = '', position]) => this.end({ attempt, position: Number(position) })));
  }
}
