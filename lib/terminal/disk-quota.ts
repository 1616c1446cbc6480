import { opendir, lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Timer } from '../kit/clock.ts';

const SHORTEST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 30_000;
/** A disk with more files than this counts as full: looking at them would cost more than they may. */
const MOST_FILES = 200_000;

/** Directories of a disk that only something else is mounted on. */
const MOUNTED = new Set(['usr', 'proc', 'dev', 'run']);

/** Bytes that the files below `dir` take; stops counting beyond `enough`. Follows no links. */
export async function diskUsage(dir: string, enough: number): Promise<number> {
  let bytes = 0;
  let files = 0;
  const pending = [dir];
  for (let next = pending.pop(); next !== undefined && bytes <= enough; next = pending.pop()) {
    try {
      for await (const entry of await opendir(next)) {
        if (next === dir && MOUNTED.has(entry.name)) continue;
        const path = join(next, entry.name);
        if (entry.isDirectory()) pending.push(path);
        bytes += (await lstat(path)).blocks * 512;
        if (++files > MOST_FILES) return Infinity;
      }
    } catch {
      // A directory that has just been removed takes no room.
    }
  }
  return bytes;
}

export interface DiskQuotaOptions {
  disk: string;
  limit: number;
  clock: Clock;
  /** Lets the host's processes write, or keeps them from making any file grow. */
  setFull: (full: boolean) => Promise<void>;
}

/**
 * Keeps a host's disk within its size without a file system of its own, which an ordinary user cannot make: while it is
 * over, its processes cannot make any file grow ("File too large"); removing files ends that. Seen every few seconds
 * while the disk changes or somebody works on it, so a fast writer gets a little further.
 */
export class DiskQuota {
  readonly #options: DiskQuotaOptions;
  #timer: Timer | undefined;
  #wait = SHORTEST_WAIT_MS;
  #usage = 0;
  #full = false;
  #looking = false;
  #stopped = false;

  constructor(options: DiskQuotaOptions) {
    this.#options = options;
    this.#schedule();
  }

  /** Somebody works on the host. */
  wake(): void {
    this.#wait = SHORTEST_WAIT_MS;
    if (this.#looking) return;
    this.#timer?.cancel();
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #schedule(): void {
    if (this.#stopped) return;
    const wait = this.#wait;
    this.#wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    this.#timer = this.#options.clock.after(wait, () => void this.#look().finally(() => this.#schedule()));
  }

  async #look(): Promise<void> {
    const { disk, limit, setFull } = this.#options;
    this.#looking = true;
    const usage = await diskUsage(disk, limit);
    if (usage !== this.#usage) this.#wait = SHORTEST_WAIT_MS;
    this.#usage = usage;
    const full = usage > limit;
    // Repeated while it lasts, for the processes that have come since.
    if (full || this.#full) await setFull(full);
    this.#full = full;
    this.#looking = false;
  }
}
