import type { Clock, Timer } from '../../../kit/clock.ts';

/** Rings once, at the earliest of the times that were asked for. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #set: { at: number; timer: Timer } | undefined;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** `time` in milliseconds. */
  setFor(time: number): void {
    const now = this.#clock.now();
    if (this.#set && this.#set.at <= time && this.#set.at > now) return;
    this.cancel();
    const timer = this.#clock.after(time - now, () => {
      this.#set = undefined;
      this.#ring();
    });
    this.#set = { at: time, timer };
  }

  cancel(): void {
    this.#set?.timer.cancel();
    this.#set = undefined;
  }
}
