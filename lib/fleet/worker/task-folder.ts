import { closeSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TaskKey } from '../fleet.ts';

/** What outlives the worker, for one task: `<data>/attempts/<attempt>/<position>/…`. */
export interface TaskFolder {
  /** The cluster's own folder. */
  cluster: string;
  terminals: string;
  /** Whether the exercise's starting state is complete in the cluster. */
  isPrepared(): boolean;
  markPrepared(): void;
  remove(): Promise<void>;
}

/** The folder of an attempt; ids are checked, since they become paths. */
export function attemptFolder(dataDir: string, attempt: string): string {
  if (!/^[A-Za-z0-9-]{1,64}$/.test(attempt)) throw new RangeError(`${JSON.stringify(attempt)} is no attempt's id`);
  return join(dataDir, 'attempts', attempt);
}

export function taskFolder(dataDir: string, { attempt, position }: TaskKey): TaskFolder {
  if (!Number.isInteger(position) || position < 1) throw new RangeError(`${position} is no task's position`);
  const dir = join(attemptFolder(dataDir, attempt), String(position));
  const mark = join(dir, 'prepared');
  return {
    cluster: join(dir, 'cluster'),
    terminals: join(dir, 'terminals'),
    isPrepared: () => existsSync(mark),
    markPrepared() {
      mkdirSync(dir, { recursive: true });
      const file = openSync(mark, 'w');
      fsyncSync(file);
      closeSync(file);
    },
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}
