import type { KubeObject } from '../machinery/object.ts';
import type { Resource } from '../machinery/resource.ts';
import type { ListQuery } from './client.ts';

/** What happened to an object, as the cache saw it. */
export interface EventHandler<T> {
  add?(object: T): void;
  update?(object: T, old: T): void;
  delete?(object: T): void;
}

/** A cache of one resource, kept fresh by list and watch. Objects are frozen. */
export interface Informer<T extends KubeObject> {
  get(namespace: string, name: string): T | undefined;
  /** All objects, or those of one namespace, in no order. */
  list(namespace?: string): T[];
  /** Objects under an index made by `addIndex`. */
  byIndex(index: string, value: string): T[];
  addIndex(index: string, values: (object: T) => string[]): void;
  /** Called at once with an `add` for everything that is there, then with every change. Returns what unsubscribes. */
  onEvent(handler: EventHandler<T>): () => void;
  /** Whether the first list is in. */
  readonly synced: boolean;
  whenSynced(): Promise<void>;
  stop(): void;
}

/** Hands out one shared informer for each resource and query. */
export interface InformerFactory {
  informer<T extends KubeObject>(resource: Resource<T>, query?: ListQuery): Informer<T>;
  whenSynced(): Promise<void>;
  stop(): void;
}
