import type { KubeObject } from '../machinery/object.ts';

interface Index<T> {
  values: (object: T) => string[];
  buckets: Map<string, Set<T>>;
}

/** Objects by namespace and name, and by indexes. Holds the very objects that the transport handed over: no copies. */
export class Cache<T extends KubeObject> {
  readonly #namespaces = new Map<string, Map<string, T>>();
  readonly #indexes = new Map<string, Index<T>>();

  get(namespace: string, name: string): T | undefined {
    return this.#namespaces.get(namespace)?.get(name);
  }

  list(namespace?: string): T[] {
    if (namespace !== undefined) return [...(this.#namespaces.get(namespace)?.values() ?? [])];
    const all: T[] = [];
    for (const objects of this.#namespaces.values()) all.push(...objects.values());
    return all;
  }

  byIndex(index: string, value: string): T[] {
    return [...(this.#indexes.get(index)?.buckets.get(value) ?? [])];
  }

  addIndex(name: string, values: (object: T) => string[]): void {
    if (this.#indexes.has(name)) return;
    const index: Index<T> = { values, buckets: new Map() };
    this.#indexes.set(name, index);
    for (const object of this.list()) insert(index, object);
  }

  /** Returns what was there before. */
  put(object: T): T | undefined {
    const { namespace = '', name } = object.metadata;
    let objects = this.#namespaces.get(namespace);
    if (!objects) this.#namespaces.set(namespace, (objects = new Map<string, T>()));
    const old = objects.get(name);
    objects.set(name, object);
    for (const index of this.#indexes.values()) {
      if (old) remove(index, old);
      insert(index, object);
    }
    return old;
  }

  delete(object: KubeObject): T | undefined {
    const { namespace = '', name } = object.metadata;
    const objects = this.#namespaces.get(namespace);
    const old = objects?.get(name);
    if (!objects || !old) return undefined;
    objects.delete(name);
    if (objects.size === 0) this.#namespaces.delete(namespace);
    for (const index of this.#indexes.values()) remove(index, old);
    return old;
  }
}

function insert<T>(index: Index<T>, object: T): void {
  for (const value of index.values(object)) {
    const bucket = index.buckets.get(value);
    if (bucket) bucket.add(object);
    else index.buckets.set(value, new Set([object]));
  }
}

function remove<T>(index: Index<T>, object: T): void {
  for (const value of index.values(object)) {
    const bucket = index.buckets.get(value);
    bucket?.delete(object);
    if (bucket?.size === 0) index.buckets.delete(value);
  }
}
