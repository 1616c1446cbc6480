/** Keys in order, for ranges by prefix. Small enough that inserting moves an array's tail. */
export class SortedKeys {
  readonly #keys: string[] = [];

  /** Keys that are sorted already are taken over as they are. */
  static ofSorted(keys: string[]): SortedKeys {
    const sorted = new SortedKeys();
    for (const key of keys) sorted.#keys.push(key);
    return sorted;
  }

  add(key: string): void {
    const at = this.#firstNotBelow(key);
    if (this.#keys[at] !== key) this.#keys.splice(at, 0, key);
  }

  remove(key: string): void {
    const at = this.#firstNotBelow(key);
    if (this.#keys[at] === key) this.#keys.splice(at, 1);
  }

  /** The keys that start with `prefix`, in order. */
  withPrefix(prefix: string): string[] {
    const from = this.#firstNotBelow(prefix);
    const to = this.#firstNotBelow(`${prefix}\uffff`);
    return this.#keys.slice(from, to);
  }

  #firstNotBelow(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] ?? '') < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Two sorted lists as one. A key that is in both comes once. */
export function mergeSorted(a: readonly string[], b: readonly string[]): readonly string[] {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const merged: string[] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const left = a[i];
    const right = b[j];
    if (left === undefined && right === undefined) return merged;
    if (right === undefined || (left !== undefined && left <= right)) {
      if (left === right) j++;
      merged.push(left ?? '');
      i++;
    } else {
      merged.push(right);
      j++;
    }
  }
}
