import type { KubeObject } from '../machinery/object.ts';

/** The cluster's database as etcd's clients see it. Implemented by cluster.ts over the store. */
export interface EtcdDatabase {
  /** Why a client gets no answer from any of these URLs, as gRPC words it for the first; undefined when one answers. `ca` is PEM. */
  refusal(servers: readonly string[], ca: string | undefined): string | undefined;
  /** Grows by one with each write. */
  readonly revision: number;
  /** Keys (`/registry/pods/default/web`) with their objects, by key. */
  entries(): Iterable<readonly [key: string, object: KubeObject]>;
  /** Removes a key; false when there is none. */
  delete(key: string): boolean;
  /** All of it, as a snapshot file holds it: what a data directory's `member/snap/db` may be, too. */
  snapshot(): Uint8Array;
}

/** What a snapshot file says of itself; undefined when it is not one. */
export function readSnapshotHead(bytes: Uint8Array): { revision: number; keys: number } | undefined {
  const lines = Buffer.from(bytes).toString().split('\n').filter(Boolean);
  try {
    const head: unknown = JSON.parse(lines[0] ?? '');
    if (typeof head !== 'object' || head === null || !('journal' in head) || !('revision' in head)) return undefined;
    return typeof head.revision === 'number' ? { revision: head.revision, keys: lines.length - 1 } : undefined;
  } catch {
    return undefined;
  }
}
