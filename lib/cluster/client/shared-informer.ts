import type { Activity } from '../../kit/activity.ts';
import type { Clock, Timer } from '../../kit/clock.ts';
import type { WatchHandle } from '../machinery/api-request.ts';
import type { KubeObject } from '../machinery/object.ts';
import { groupResource, type Resource } from '../machinery/resource.ts';
import { StatusError, statusReason, type Status } from '../machinery/status-error.ts';
import { Cache } from './cache.ts';
import type { Client, ListQuery } from './client.ts';
import type { EventHandler, Informer, InformerFactory } from './informer.ts';

export interface InformerEnvironment {
  clock: Clock;
  activity: Activity;
}

/** Back-off after a failed list or watch, as client-go's reflector waits: 0.8 s doubling to 30 s. */
const FIRST_DELAY = 800;
const LONGEST_DELAY = 30_000;

/** An informer: one list, then one watch, again after every end, until stopped. */
class SharedInformer<T extends KubeObject> implements Informer<T> {
  readonly #cache = new Cache<T>();
  readonly #handlers = new Set<EventHandler<T>>();
  readonly #client: Client;
  readonly #resource: Resource<T>;
  readonly #query: ListQuery;
  readonly #env: InformerEnvironment;
  #waiters: (() => void)[] = [];
  #synced = false;
  #stopped = false;
  #version = '';
  #delay = FIRST_DELAY;
  #watch: WatchHandle | undefined;
  #timer: Timer | undefined;

  constructor(client: Client, resource: Resource<T>, query: ListQuery, env: InformerEnvironment) {
    this.#client = client;
    this.#resource = resource;
    this.#query = query;
    this.#env = env;
    this.#run(true);
  }

  get synced(): boolean {
    return this.#synced;
  }

  get(namespace: string, name: string): T | undefined {
    return this.#cache.get(namespace, name);
  }

  list(namespace?: string): T[] {
    return this.#cache.list(namespace);
  }

  byIndex(index: string, value: string): T[] {
    return this.#cache.byIndex(index, value);
  }

  addIndex(index: string, values: (object: T) => string[]): void {
    this.#cache.addIndex(index, values);
  }

  onEvent(handler: EventHandler<T>): () => void {
    this.#handlers.add(handler);
    if (handler.add) for (const object of this.#cache.list()) handler.add(object);
    return () => this.#handlers.delete(handler);
  }

  whenSynced(): Promise<void> {
    return this.#synced ? Promise.resolve() : new Promise((done) => this.#waiters.push(done));
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#watch?.stop();
    this.#handlers.clear();
    this.#waiters = [];
  }

  /** Lists first when `relist`; a watch that ended well continues from the last version seen. */
  #run(relist: boolean): void {
    void this.#env.activity.track(this.#listAndWatch(relist));
  }

  async #listAndWatch(relist: boolean): Promise<void> {
    try {
      if (relist) {
        const list = await this.#client.list(this.#resource, this.#query);
        if (this.#stopped) return;
        this.#replace(list.items);
        this.#version = list.metadata.resourceVersion ?? '';
      }
      let failed: StatusError | undefined;
      let ended = false;
      const watch = await this.#client.watch(
        this.#resource,
        { ...this.#query, resourceVersion: this.#version },
        (event) => {
          if (this.#stopped) return;
          if (event.type === 'ERROR') {
            const status = event.object as unknown as Status;
            failed = new StatusError(status.code, status.reason ?? '', status.message ?? '');
            return;
          }
          this.#version = event.object.metadata.resourceVersion ?? this.#version;
          if (event.type === 'DELETED') this.#drop(event.object);
          else if (event.type !== 'BOOKMARK') this.#put(event.object);
        },
        (error) => {
          ended = true;
          this.#watch = undefined;
          this.#again(failed ?? error);
        },
      );
      if (this.#stopped) watch.stop();
      else if (!ended) this.#watch = watch;
      this.#delay = FIRST_DELAY;
    } catch (error) {
      this.#again(error);
    }
  }

  #again(error: unknown): void {
    if (this.#stopped) return;
    const expired = statusReason(error) === 'Expired' || statusReason(error) === 'Gone';
    if (error === undefined || expired) return this.#run(expired);
    this.#timer = this.#env.clock.after(this.#delay, () => this.#run(true));
    this.#delay = Math.min(this.#delay * 2, LONGEST_DELAY);
  }

  /** Takes over a list. What was there already is told as an update again, so that handlers retry what failed meanwhile. */
  #replace(items: readonly T[]): void {
    const gone = new Set(this.#cache.list());
    for (const item of items) {
      const old = this.#cache.get(item.metadata.namespace ?? '', item.metadata.name);
      if (old) gone.delete(old);
      this.#put(item);
    }
    for (const object of gone) this.#drop(object);
    this.#synced = true;
    for (const done of this.#waiters.splice(0)) done();
  }

  #put(object: T): void {
    const old = this.#cache.put(object);
    const replaced = old && old.metadata.uid !== object.metadata.uid;
    for (const handler of this.#handlers) {
      if (replaced) handler.delete?.(old);
      if (old && !replaced) handler.update?.(object, old);
      else handler.add?.(object);
    }
  }

  #drop(object: T): void {
    if (!this.#cache.delete(object)) return;
    for (const handler of this.#handlers) handler.delete?.(object);
  }
}

/** Informers that share one list and one watch for each resource and query, over one client. */
export function createInformerFactory(client: Client, env: InformerEnvironment): InformerFactory {
  const informers = new Map<string, Informer<KubeObject>>();
  let stopped = false;
  return {
    informer<T extends KubeObject>(resource: Resource<T>, query: ListQuery = {}): Informer<T> {
      const { namespace = '', labelSelector = '', fieldSelector = '' } = query;
      const key = [groupResource(resource), resource.version, namespace, labelSelector, fieldSelector].join('|');
      let informer = informers.get(key);
      if (!informer) {
        informer = new SharedInformer(client, resource, query, env);
        if (stopped) informer.stop();
        informers.set(key, informer);
      }
      return informer as Informer<T>;
    },
    async whenSynced() {
      await Promise.all([...informers.values()].map((informer) => informer.whenSynced()));
    },
    stop() {
      stopped = true;
      for (const informer of informers.values()) informer.stop();
    },
  };
}
