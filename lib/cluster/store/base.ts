import { deepFreeze } from '../../kit/deep.ts';
import type { KubeObject } from '../machinery/object.ts';
import { SortedKeys } from './sorted-keys.ts';

/**
 * A frozen state that many stores start from and share: none of them copies its objects or its index. A store that starts
 * from it holds only what has changed since.
 */
export interface Base {
  /** Names the state in journals: a journal can be restored only over the same base. */
  readonly id: string;
  /** The newest revision among its objects; the first write after it gets the next one. */
  readonly revision: number;
  readonly objects: ReadonlyMap<string, KubeObject>;
  readonly keys: SortedKeys;
}

/** Freezes key–object pairs as a base. The objects carry their resourceVersion already. */
export function makeBase(id: string, revision: number, entries: Iterable<readonly [string, KubeObject]>): Base {
  const objects = new Map<string, KubeObject>();
  for (const [key, object] of entries) objects.set(key, deepFreeze(object));
  return { id, revision, objects, keys: SortedKeys.ofSorted([...objects.keys()].sort()) };
}

export const EMPTY_BASE: Base = makeBase('empty', 0, []);
