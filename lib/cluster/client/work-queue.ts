import type { Activity } from '../../kit/activity.ts';
import type { Clock, Timer } from '../../kit/clock.ts';

export interface WorkQueueOptions {
  clock: Clock;
  activity: Activity;
  /** Deals with one key. A rejection puts the key back, later and later; a fulfilment forgets earlier failures. */
  work(key: string): Promise<void>;
  /** How many keys are worked on at once; 5 unless given. */
  workers?: number;
}

/** client-go's per-key limiter: 5 ms doubling to 1000 s. */
const FIRST_DELAY = 5;
const LONGEST_DELAY = 1_000_000;
/** Retries so soon that nobody sees the difference run at once: then `settle()` sees their outcome without moving time. */
const AT_ONCE = 4;

/**
 * A queue of keys with client-go's semantics: a key waits in it at most once, and is never worked on twice at the same
 * time; a key added while it is worked on is worked on again afterwards.
 *
 *     add(a), add(a), add(b) → work(a), work(b); add(a) during work(a) → work(a) once more
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  #waiting = new Set<string>();
  readonly #working = new Set<string>();
  readonly #again = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #timers = new Map<string, { due: number; timer: Timer }>();
  #started = false;
  #stopped = false;
  #endActivity: (() => void) | undefined;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  add(key: string): void {
    if (this.#stopped) return;
    if (this.#working.has(key)) this.#again.add(key);
    else this.#waiting.add(key);
    this.#pump();
  }

  /** Adds a key when `ms` have passed; of several delays for one key the earliest counts. */
  addAfter(key: string, ms: number): void {
    if (this.#stopped) return;
    if (ms <= 0) return this.add(key);
    const due = this.#options.clock.now() + ms;
    const pending = this.#timers.get(key);
    if (pending && pending.due <= due) return;
    pending?.timer.cancel();
    const timer = this.#options.clock.after(ms, () => {
      this.#timers.delete(key);
      this.add(key);
    });
    this.#timers.set(key, { due, timer });
  }

  /** Adds a key after its back-off. */
  addRateLimited(key: string): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const delay = failures < 30 ? FIRST_DELAY * 2 ** failures : LONGEST_DELAY;
    if (failures < AT_ONCE) this.add(key);
    else this.addAfter(key, Math.min(delay, LONGEST_DELAY));
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** How often in a row the key has failed. */
  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** Lets work begin; keys can be added before. */
  start(): void {
    this.#started = true;
    this.#pump();
  }

  stop(): void {
    this.#stopped = true;
    this.#waiting.clear();
    this.#again.clear();
    for (const { timer } of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    this.#endIfQuiet();
  }

  #pump(): void {
    if (!this.#started || this.#stopped) return;
    for (const key of this.#waiting) {
      if (this.#working.size >= (this.#options.workers ?? 5)) break;
      this.#endActivity ??= this.#options.activity.begin();
      this.#waiting.delete(key);
      this.#working.add(key);
      void this.#work(key);
    }
  }

  async #work(key: string): Promise<void> {
    let failed = false;
    try {
      // Not in the caller's turn: a watch event must reach every informer before anybody acts on it. Nor in its turn of the
      // event loop: the API answers in-process, so that keys which add each other would never let a timer run.
      await new Promise((turn) => setImmediate(turn));
      if (!this.#stopped) await this.#options.work(key);
    } catch {
      failed = true;
    }
    this.#working.delete(key);
    if (this.#again.delete(key)) this.#waiting.add(key);
    if (failed) this.addRateLimited(key);
    else this.forget(key);
    this.#pump();
    this.#endIfQuiet();
  }

  #endIfQuiet(): void {
    if (this.#working.size > 0 || (this.#started && this.#waiting.size > 0)) return;
    this.#endActivity?.();
    this.#endActivity = undefined;
  }
}
