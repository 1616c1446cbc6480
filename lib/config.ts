import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';

/** What the operator may set, read once from the environment. The only reader of process.env. */
export interface Config {
  /** The page's TCP port. */
  port: number;
  /** Where everything that must outlive the process stands, as an absolute path. */
  dataDir: string;
  /** A `file:` URL of the SQLite database. */
  databaseUrl: string;
  /** Worker processes that run clusters: one for each processor but the page's own, four at most, unless set. */
  workers: number;
  /** Where exercises and exams stand, as an absolute path. */
  exercisesDir: string;
}

const USUAL_WORKERS = Math.min(Math.max(availableParallelism() - 1, 1), 4);

function wholeNumber(name: string, text: string | undefined, fallback: number, min: number, max: number): number {
  if (text === undefined || text === '') return fallback;
  const n = Number(text);
  if (!Number.isInteger(n) || n < min || n > max) {
    throw new RangeError(`${name} must be a whole number from ${min} to ${max}, but is ${JSON.stringify(text)}`);
  }
  return n;
}

/** Settings from an environment; relative paths are taken from `cwd`. */
export function readConfig(env: Readonly<Record<string, string | undefined>>, cwd: string): Config {
  const dataDir = resolve(cwd, env.DRYDOCK_DATA || 'data');
  return {
    port: wholeNumber('PORT', env.PORT, 3000, 0, 65_535),
    dataDir,
    databaseUrl: env.DATABASE_URL || `file:${join(dataDir, 'drydock.db')}`,
    workers: wholeNumber('DRYDOCK_WORKERS', env.DRYDOCK_WORKERS, USUAL_WORKERS, 1, 64),
    exercisesDir: resolve(cwd, env.DRYDOCK_EXERCISES || 'exercises'),
  };
}

export const config = (): Config => readConfig(process.env, process.cwd());

/** What a library reads from the environment by itself: next-auth takes its own address from each request's headers. */
export function settleEnvironment(): void {
  process.env.AUTH_TRUST_HOST = 'true';
  process.env.NEXT_TELEMETRY_DISABLED = '1';
  Object.assign(process.env, { NODE_ENV: 'production' });
}
