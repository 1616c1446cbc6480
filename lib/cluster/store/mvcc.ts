import { deepFreeze } from '../../kit/deep.ts';
import type { KubeObject } from '../machinery/object.ts';
import type { Base } from './base.ts';
import { EMPTY_BASE } from './base.ts';
import type { Expect, ListOptions, Store, StoreEvent } from './kv.ts';
import { Compacted, StoreConflict } from './kv.ts';
import { SortedKeys, mergeSorted } from './sorted-keys.ts';
import { Watchers } from './watchers.ts';

/** Events kept at the least when history grows too long; twice as many are kept at the most. */
const HISTORY = 10_000;

/** Where a store's writes go before they are acknowledged. */
export interface WriteLog {
  /** Must have stored the write when it returns; `object` is absent for a deletion. */
  append(revision: number, key: string, object: KubeObject | undefined): void;
}

/** What a store holds when it starts, beside its base: the newest object of each changed key, null where it was removed. */
export interface StartState {
  base?: Base;
  revision?: number;
  changes?: Iterable<readonly [string, KubeObject | null]>;
  log?: WriteLog;
}

/**
 * The store in memory. It holds the newest object of each key, and the events since the last compaction: a past state is
 * the newest one with the events after it undone. Over a base only what differs from it is held.
 */
export class MvccStore implements Store {
  readonly #base: Base;
  /** What differs from the base; null where a key of the base was deleted. */
  readonly #changed = new Map<string, KubeObject | null>();
  readonly #changedKeys = new SortedKeys();
  readonly #log: WriteLog | undefined;
  readonly #watchers = new Watchers();
  /** Event of revision r is at r - compactRevision - 1. */
  #history: StoreEvent[] = [];
  #revision: number;
  #compactRevision: number;

  constructor({ base = EMPTY_BASE, revision = base.revision, changes = [], log }: StartState = {}) {
    this.#base = base;
    this.#revision = revision;
    this.#compactRevision = revision;
    this.#log = log;
    for (const [key, object] of changes) this.#set(key, object === null ? undefined : deepFreeze(object));
  }

  get revision(): number {
    return this.#revision;
  }

  get compactRevision(): number {
    return this.#compactRevision;
  }

  get(key: string, revision = this.#revision): KubeObject | undefined {
    this.#mustReach(revision);
    if (revision < this.#revision) {
      const undo = this.#history.slice(revision - this.#compactRevision).find((event) => event.key === key);
      if (undo) return undo.previous;
    }
    return this.#newest(key);
  }

  list(prefix: string, { revision = this.#revision, limit, after }: ListOptions = {}): ReturnType<Store['list']> {
    this.#mustReach(revision);
    let keys = mergeSorted(this.#base.keys.withPrefix(prefix), this.#changedKeys.withPrefix(prefix));
    let read = (key: string) => this.#newest(key);
    if (revision < this.#revision) {
      const past = this.#undone(prefix, revision);
      keys = mergeSorted(keys, [...past.keys()].sort());
      read = (key) => (past.has(key) ? past.get(key) : this.#newest(key));
    }
    const items: KubeObject[] = [];
    let lastKey = '';
    let remaining = 0;
    for (const key of keys) {
      if (after !== undefined && key <= after) continue;
      const object = read(key);
      if (!object) continue;
      if (limit && items.length >= limit) {
        remaining++;
        continue;
      }
      items.push(object);
      lastKey = key;
    }
    return { items, lastKey, remaining, revision };
  }

  put(key: string, object: KubeObject, { expect }: Expect = {}): KubeObject {
    const previous = this.#newest(key);
    this.#mustHold(key, previous, expect);
    const revision = this.#revision + 1;
    const stored = this.#stamped(object, revision);
    this.#log?.append(revision, key, stored);
    this.#commit({ type: 'put', key, revision, object: stored, ...(previous ? { previous } : {}) });
    return stored;
  }

  delete(key: string, { expect }: Expect = {}): KubeObject {
    const previous = this.#newest(key);
    this.#mustHold(key, previous, expect);
    if (!previous) throw new StoreConflict(key, undefined);
    const revision = this.#revision + 1;
    const last = this.#stamped(previous, revision);
    this.#log?.append(revision, key, undefined);
    this.#commit({ type: 'delete', key, revision, object: last, previous });
    return last;
  }

  watch(prefix: string, fromRevision: number, listener: (event: StoreEvent) => void): { close(): void } {
    if (fromRevision < this.#compactRevision) throw new Compacted(fromRevision, this.#compactRevision);
    const past = this.#history.slice(fromRevision - this.#compactRevision);
    let closed = false;
    const handle = this.#watchers.add(prefix, Math.max(fromRevision, this.#revision), listener);
    for (const event of past) {
      if (!closed && event.key.startsWith(prefix)) listener(event);
    }
    return {
      close: () => {
        closed = true;
        handle.close();
      },
    };
  }

  compact(revision: number): void {
    const upTo = Math.min(revision, this.#revision);
    if (upTo <= this.#compactRevision) return;
    this.#history = this.#history.slice(upTo - this.#compactRevision);
    this.#compactRevision = upTo;
  }

  /** What differs from the base now: null where a key of the base is gone. For journals. */
  changes(): IterableIterator<[string, KubeObject | null]> {
    return this.#changed.entries();
  }

  /** Every key and object that the store holds now, by key. */
  *entries(): IterableIterator<[string, KubeObject]> {
    for (const key of mergeSorted(this.#base.keys.withPrefix(''), this.#changedKeys.withPrefix(''))) {
      const object = this.#newest(key);
      if (object) yield [key, object];
    }
  }

  #newest(key: string): KubeObject | undefined {
    const changed = this.#changed.get(key);
    return changed === undefined ? this.#base.objects.get(key) : (changed ?? undefined);
  }

  #set(key: string, object: KubeObject | undefined): void {
    if (object) {
      this.#changed.set(key, object);
      this.#changedKeys.add(key);
      return;
    }
    this.#changedKeys.remove(key);
    if (this.#base.objects.has(key)) this.#changed.set(key, null);
    else this.#changed.delete(key);
  }

  #commit(event: StoreEvent): void {
    this.#set(event.key, event.type === 'put' ? event.object : undefined);
    this.#revision = event.revision;
    this.#history.push(Object.freeze(event));
    if (this.#history.length > 2 * HISTORY) this.compact(this.#revision - HISTORY);
    this.#watchers.publish(event);
  }

  #stamped(object: KubeObject, revision: number): KubeObject {
    return deepFreeze({ ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } });
  }

  #mustHold(key: string, current: KubeObject | undefined, expect: number | 'absent' | undefined): void {
    if (expect === undefined) return;
    const holds = expect === 'absent' ? !current : current?.metadata.resourceVersion === String(expect);
    if (!holds) throw new StoreConflict(key, current);
  }

  #mustReach(revision: number): void {
    if (revision < this.#compactRevision) throw new Compacted(revision, this.#compactRevision);
  }

  /** What keys under a prefix held at `revision`, for those that have changed since. */
  #undone(prefix: string, revision: number): Map<string, KubeObject | undefined> {
    const past = new Map<string, KubeObject | undefined>();
    for (const event of this.#history.slice(revision - this.#compactRevision)) {
      if (event.key.startsWith(prefix) && !past.has(event.key)) past.set(event.key, event.previous);
    }
    return past;
  }
}
