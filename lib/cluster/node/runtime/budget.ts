/** A number of bytes that can be used up, within that of a larger whole. */
export class Budget {
  readonly #limit: number;
  readonly #refusal: () => Error;
  readonly #within: Budget | undefined;
  #used = 0;
  #closed = false;

  /** `refusal` makes the error for whoever asks for more than is left. */
  constructor(limit: number, refusal: () => Error, within?: Budget) {
    this.#limit = limit;
    this.#refusal = refusal;
    this.#within = within;
  }

  get used(): number {
    return this.#used;
  }

  /** Takes bytes, or gives them back when negative. Takes nothing when it throws. */
  take(bytes: number): void {
    if (this.#closed) return;
    if (bytes > 0 && this.#used + bytes > this.#limit) throw this.#refusal();
    this.#within?.take(bytes);
    this.#used += bytes;
  }

  /** Its owner has ended: everything goes back, and what is taken or given later does not count. */
  close(): void {
    this.take(-this.#used);
    this.#closed = true;
  }
}
