/**
 * Counts asynchronous work under way, so that `idle()` can wait until a whole cluster is quiet. Whoever starts work that
 * a test must see finished wraps it in `track`. Waiting for time (a timer) is not work; it is quiet.
 */
export class Activity {
  #running = 0;
  #waiters: (() => void)[] = [];

  /** Counts `work` until it settles; returns it unchanged. */
  track<T>(work: Promise<T>): Promise<T> {
    const end = this.begin();
    void work.then(end, end);
    return work;
  }

  /** Counts from now until the returned function is called (once). */
  begin(): () => void {
    this.#running++;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.#running--;
      if (this.#running === 0) for (const w of this.#waiters.splice(0)) w();
    };
  }

  /** Resolves when nothing has been under way for several turns of the event loop. */
  async idle(): Promise<void> {
    for (let quiet = 0; quiet < 4; quiet++) {
      if (this.#running > 0) {
        await new Promise<void>((done) => this.#waiters.push(done));
        quiet = -1;
      }
      await new Promise((done) => setImmediate(done));
      if (this.#running > 0) quiet = -1;
    }
  }
}
