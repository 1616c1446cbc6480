import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** Names the cluster of one task of one attempt; its folder is `<data>/attempts/<attempt>/<position>`. */
export interface TaskKey {
  attempt: string;
  position: number;
}

/** What a worker needs to know to make a task's cluster. */
export interface TaskSpec extends TaskKey {
  /** The exercise. */
  slug: string;
  profile: string;
}

/** A cluster that stands ready. */
export interface OpenTask {
  /** Names of its nodes, which are also names for `ssh`. */
  nodes: string[];
}

export interface WorkerState {
  index: number;
  pid: number | undefined;
  up: boolean;
  restarts: number;
  /** Clusters held in memory now. */
  clusters: number;
}

/**
 * The web process' view of the workers: which one holds an attempt, start, restart, restore. Every method may be called
 * again after a failure; a worker that died is restarted and its clusters are restored from their folders when next
 * needed. Rejects with AppError `unavailable` when a worker does not answer.
 */
export interface Fleet {
  start(): Promise<void>;
  /** Makes, restores or finds the task's cluster, with the exercise's starting state in it. */
  open(task: TaskSpec): Promise<OpenTask>;
  /** Grades the task's cluster as it stands; opens it first where needed. The shape is that of the worker's proctor. */
  grade(task: TaskSpec): Promise<unknown>;
  /** Closes the terminals of an attempt for good: its time is over, what follows only reads. */
  freeze(attempt: string): Promise<void>;
  /** Throws the task's cluster away; the next `open` starts afresh. */
  reset(task: TaskKey): Promise<void>;
  /** Ends the attempt's terminals and clusters and removes their folders. */
  remove(attempt: string): Promise<void>;
  /**
   * Joins a browser's WebSocket request with the task's terminal number `terminal`. The caller has checked session,
   * ownership, state and Origin. Frames: see worker/terminal-socket.ts.
   */
  connectTerminal(
    task: TaskSpec,
    terminal: number,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): Promise<void>;
  workers(): WorkerState[];
  stop(): Promise<void>;
}
