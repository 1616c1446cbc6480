/** A scheduled call; `cancel` is idempotent and does nothing after the call has run. */
export interface Timer {
  cancel(): void;
}

/** The only source of time. Times are milliseconds since the Unix epoch. */
export interface Clock {
  now(): number;
  /** Calls `fn` once, `ms` milliseconds from now (at once, but never synchronously, for ms ≤ 0). */
  after(ms: number, fn: () => void): Timer;
}

/** Longest delay that Node's timers hold; longer ones are chained. */
const LONGEST_DELAY = 2 ** 31 - 1;

/** The machine's own clock. Its timers never keep a process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, fn) {
    let handle: NodeJS.Timeout;
    const wait = (left: number) => {
      const step = Math.min(Math.max(left, 0), LONGEST_DELAY);
      handle = setTimeout(() => (left > step ? wait(left - step) : fn()), step);
      handle.unref();
    };
    wait(ms);
    return { cancel: () => clearTimeout(handle) };
  },
};

/** A clock that tests move by hand: `clock.advance(10_000)` runs what falls due, in order of time. */
export class ManualClock implements Clock {
  #now: number;
  #timers: { due: number; order: number; fn: () => void }[] = [];
  #order = 0;

  constructor(start: number = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, fn: () => void): Timer {
    const timer = { due: this.#now + Math.max(ms, 0), order: this.#order++, fn };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((t) => t !== timer);
      },
    };
  }

  /** When the earliest timer falls due, or undefined when none is set. */
  nextDue(): number | undefined {
    return this.#timers.reduce<number | undefined>(
      (min, t) => (min === undefined || t.due < min ? t.due : min),
      undefined,
    );
  }

  /** Moves time to `due` at the most and runs the earliest timer if it falls due by then. Says whether one ran. */
  step(due: number): boolean {
    const next = this.#timers.filter((t) => t.due <= due).sort((a, b) => a.due - b.due || a.order - b.order)[0];
    if (!next) {
      this.#now = Math.max(this.#now, due);
      return false;
    }
    this.#timers = this.#timers.filter((t) => t !== next);
    this.#now = Math.max(this.#now, next.due);
    next.fn();
    return true;
  }

  /** Moves time by `ms` and runs every timer that falls due, those set meanwhile included. Does not await promises. */
  advance(ms: number): void {
    const due = this.#now + ms;
    while (this.step(due));
  }
}
