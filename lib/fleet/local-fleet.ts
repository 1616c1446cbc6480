import { join } from 'node:path';
import type { Clock } from '../kit/clock.ts';
import type { Fleet, OpenTask, TaskKey, TaskSpec } from './fleet.ts';
import { runDir } from './run-dir.ts';
import { WorkerProcess } from './worker-process.ts';

/** A cluster is made or restored, and its pods start. */
const OPEN_LIMIT_MS = 60_000;
/** Grading waits for pods under way, and runs commands. */
const GRADE_LIMIT_MS = 180_000;
const QUICK_LIMIT_MS = 30_000;

export interface LocalFleetOptions {
  dataDir: string;
  /** How many worker processes. */
  workers: number;
  /** The worker's program and arguments. */
  command: readonly [string, ...string[]];
  clock: Clock;
}

/** The workers of this machine. An attempt belongs to one of them by its id alone, so nothing has to be remembered. */
export function createLocalFleet({ dataDir, workers: count, command, clock }: LocalFleetOptions): Fleet {
  const dir = runDir(dataDir);
  const workers = Array.from({ length: count }, (_, index) => {
    const at = (end: string) => join(dir, `worker-${index}.${end}`);
    return new WorkerProcess({ index, command, socketPath: at('sock'), pidFile: at('pid') }, clock);
  });

  function workerOf(attempt: string): WorkerProcess {
    let hash = 0;
    for (const c of attempt) hash = (hash * 31 + c.charCodeAt(0)) >>> 0;
    const worker = workers[hash % workers.length];
    if (!worker) throw new RangeError('a fleet needs at least one worker');
    return worker;
  }

  const path = (task: TaskKey, what: string) =>
    `/attempts/${encodeURIComponent(task.attempt)}/${task.position}/${what}`;
  const callTask = (task: TaskKey, what: string, limitMs: number) =>
    workerOf(task.attempt).call(path(task, what), task, limitMs);
  const callAttempt = async (attempt: string, what: string) => {
    await workerOf(attempt).call(`/attempts/${encodeURIComponent(attempt)}/${what}`, {}, QUICK_LIMIT_MS);
  };

  return {
    start: async () => {
      await Promise.all(workers.map((w) => w.start()));
    },
    open: async (task: TaskSpec) => (await callTask(task, 'open', OPEN_LIMIT_MS)) as OpenTask,
    grade: (task) => callTask(task, 'grade', GRADE_LIMIT_MS),
    freeze: (attempt) => callAttempt(attempt, 'freeze'),
    reset: async (task) => {
      await callTask(task, 'reset', QUICK_LIMIT_MS);
    },
    remove: (attempt) => callAttempt(attempt, 'remove'),
    connectTerminal: (task, terminal, request, socket, head) => {
      const query = new URLSearchParams({ slug: task.slug, profile: task.profile }).toString();
      return workerOf(task.attempt).upgrade(path(task, `terminals/${terminal}?${query}`), request, socket, head);
    },
    workers: () => workers.map((w) => w.state),
    stop: async () => {
      await Promise.all(workers.map((w) => w.stop()));
    },
  };
}
