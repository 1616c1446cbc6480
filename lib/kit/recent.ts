/** A map of at most `capacity` entries, which forgets what was put in longest ago. */
export class Recent<V> extends Map<string, V> {
  readonly #capacity: number;

  constructor(capacity: number) {
    super();
    this.#capacity = capacity;
  }

  override set(key: string, value: V): this {
    this.delete(key);
    super.set(key, value);
    if (this.size > this.#capacity) for (const oldest of this.keys()) return (this.delete(oldest), this);
    return this;
  }

  /** The value of `key`, made when it is not there. */
  of(key: string, make: () => V): V {
    const value = this.get(key) ?? make();
    this.set(key, value);
    return value;
  }
}
