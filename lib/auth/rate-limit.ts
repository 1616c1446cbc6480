import type { Clock } from '../kit/clock.ts';

/** Counts events by key inside a window that begins with the first: `limit` are let through, then none until it ends. */
export class RateLimit {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #windowMs: number;
  readonly #seen = new Map<string, { count: number; ends: number }>();

  constructor(clock: Clock, limit: number, windowMs: number) {
    this.#clock = clock;
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  /** Milliseconds until the key is let through again; 0 when it is now. */
  wait(key: string): number {
    const entry = this.#seen.get(key);
    const left = entry && entry.count >= this.#limit ? entry.ends - this.#clock.now() : 0;
    return Math.max(left, 0);
  }

  count(key: string): void {
    const now = this.#clock.now();
    for (const [k, e] of this.#seen) if (e.ends <= now) this.#seen.delete(k);
    const entry = this.#seen.get(key) ?? { count: 0, ends: now + this.#windowMs };
    entry.count++;
    this.#seen.set(key, entry);
  }

  /** Takes one event back: it turned out to be harmless. */
  uncount(key: string): void {
    const entry = this.#seen.get(key);
    if (entry) entry.count--;
  }

  forget(key: string): void {
    this.#seen.delete(key);
  }
}
