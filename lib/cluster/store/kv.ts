import type { KubeObject } from '../machinery/object.ts';

/**
 * The cluster's database: keys with every version of their object, as etcd keeps them. All calls are synchronous; a write
 * is in the journal before it returns.
 *
 *     put a=1 → revision 1; put b=1 → 2; put a=2 → 3; delete b → 4
 *     get(a, 2) is 1; list('', {revision: 3}) is a=2, b=1; watch('', 3) sees put a=2, delete b
 *
 * Keys are `/registry/<group or core>/<resource>/[<namespace>/]<name>`; `storageKey` in keys.ts makes them.
 */
export interface Store {
  /** The newest revision; it grows by one with each write. */
  readonly revision: number;
  /** Revisions below this one can no longer be read or watched from. */
  readonly compactRevision: number;
  get(key: string, revision?: number): KubeObject | undefined;
  /** Objects whose key starts with `prefix`, by key. `after` is exclusive; `remaining` counts those cut by `limit`. */
  list(
    prefix: string,
    options?: ListOptions,
  ): { items: KubeObject[]; lastKey: string; remaining: number; revision: number };
  /** Stamps resourceVersion, freezes, journals and publishes. Throws a `StoreConflict` when `expect` does not hold. */
  put(key: string, object: KubeObject, options?: Expect): KubeObject;
  /** Removes a key; returns its last object, stamped with the revision of the removal. */
  delete(key: string, options?: Expect): KubeObject;
  /**
   * Reports every change after `fromRevision` whose key starts with `prefix`: first those that have happened, before this
   * returns, then each as it happens. Throws `Compacted` when history no longer reaches back that far.
   */
  watch(prefix: string, fromRevision: number, listener: (event: StoreEvent) => void): { close(): void };
  /** Forgets versions that were replaced before `revision`. */
  compact(revision: number): void;
}

export interface ListOptions {
  revision?: number;
  limit?: number;
  after?: string;
}

export interface Expect {
  /** The revision that the key's object must have; 'absent' when there must be none; nothing is checked without it. */
  expect?: number | 'absent';
}

export interface StoreEvent {
  type: 'put' | 'delete';
  key: string;
  revision: number;
  /** What the key holds now; for a deletion what it held last, stamped with the deletion's revision. */
  object: KubeObject;
  /** What it held before; absent for a creation. */
  previous?: KubeObject;
}

/** `expect` did not hold. `current` is what the key holds. */
export class StoreConflict extends Error {
  readonly code = 'STORE_CONFLICT';
  readonly current: KubeObject | undefined;

  constructor(key: string, current: KubeObject | undefined) {
    super(`${key} is not at the expected revision`);
    this.current = current;
  }
}

/** The revision asked for was compacted. */
export class Compacted extends Error {
  readonly code = 'COMPACTED';

  constructor(asked: number, oldest: number) {
    super(`revision ${asked} has been compacted (oldest is ${oldest})`);
  }
}
