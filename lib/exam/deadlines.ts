import type { Database } from '../db/index.ts';
import type { Clock, Timer } from '../kit/clock.ts';
import { log } from '../log.ts';

/** After a database error: how long until the clocks are looked at again. */
const RETRY_MS = 5_000;

/**
 * Ends attempts whose time is up, whether or not anybody looks. Deadlines stand in the database, so they outlive the
 * process; those that passed while it was down are met at `arm`.
 */
export class Deadlines {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #onDue: (attempt: string) => Promise<void>;
  #timer: Timer | undefined;
  #stopped = false;

  constructor(db: Database, clock: Clock, onDue: (attempt: string) => Promise<void>) {
    this.#db = db;
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** Looks at the clocks now and sets the timer for the next. Call it whenever a deadline was added. */
  async arm(): Promise<void> {
    try {
      for (;;) {
        const next = await this.#db.attempt.findFirst({
          where: { status: 'RUNNING', endsAt: { not: null } },
          orderBy: { endsAt: 'asc' },
        });
        this.#timer?.cancel();
        if (this.#stopped || !next?.endsAt) return;
        const left = next.endsAt.getTime() - this.#clock.now();
        if (left > 0) {
          this.#set(left);
          return;
        }
        await this.#onDue(next.id);
      }
    } catch (err) {
      log('deadlines could not be read', { err });
      if (!this.#stopped) this.#set(RETRY_MS);
    }
  }

  #set(ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.after(ms, () => void this.arm());
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }
}
