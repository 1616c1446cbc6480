import type { StoreEvent } from './kv.ts';

interface Watcher {
  prefix: string;
  /** Events up to this revision have been reported. */
  seen: number;
  listener: (event: StoreEvent) => void;
}

/** The part of a key that all keys under one resource share, so that an event asks few watchers: `/registry/pods/`. */
function bucketOf(key: string): string {
  const end = key.indexOf('/', '/registry/'.length);
  return end < 0 ? '' : key.slice(0, end + 1);
}

/**
 * The running watches. Each gets every event once, in order, also when a listener itself writes to the store: what such a
 * write publishes waits until the event before it has reached everyone.
 */
export class Watchers {
  readonly #buckets = new Map<string, Set<Watcher>>();
  readonly #queue: StoreEvent[] = [];
  #draining = false;

  add(prefix: string, seen: number, listener: (event: StoreEvent) => void): { close(): void } {
    const watcher: Watcher = { prefix, seen, listener };
    const bucket = bucketOf(prefix);
    const set = this.#buckets.get(bucket) ?? new Set();
    this.#buckets.set(bucket, set.add(watcher));
    return {
      close: () => {
        set.delete(watcher);
        if (set.size === 0 && this.#buckets.get(bucket) === set) this.#buckets.delete(bucket);
      },
    };
  }

  publish(event: StoreEvent): void {
    this.#queue.push(event);
    if (this.#draining) return;
    this.#draining = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
        this.#deliver(next, this.#buckets.get(bucketOf(next.key)));
        this.#deliver(next, this.#buckets.get(''));
      }
    } finally {
      this.#draining = false;
    }
  }

  #deliver(event: StoreEvent, watchers: Set<Watcher> | undefined): void {
    if (!watchers) return;
    for (const watcher of watchers) {
      if (watcher.seen >= event.revision || !event.key.startsWith(watcher.prefix)) continue;
      watcher.seen = event.revision;
      watcher.listener(event);
    }
  }
}
