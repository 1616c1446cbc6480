/** A path to a field, as validation messages print it: `spec.containers[0].ports[1].hostPort`, `metadata.labels[a/b]`. */
export class FieldPath {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /** Starts a path; more than one name makes a nested one, none a path to add to. An empty name reads `[]`, as upstream's. */
  static of(...names: string[]): FieldPath {
    return new FieldPath(names.map((name) => name || '[]').join('.'));
  }

  child(...names: string[]): FieldPath {
    return new FieldPath([this.#text, ...names].filter((n) => n !== '').join('.'));
  }

  index(i: number): FieldPath {
    return new FieldPath(`${this.#text}[${i}]`);
  }

  key(key: string): FieldPath {
    return new FieldPath(`${this.#text}[${key}]`);
  }

  toString(): string {
    return this.#text;
  }
}
