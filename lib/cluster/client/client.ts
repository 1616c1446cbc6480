import type { PatchType, WatchEvent, WatchHandle } from '../machinery/api-request.ts';
import type { JsonObject, KubeList, KubeObject } from '../machinery/object.ts';
import type { Resource } from '../machinery/resource.ts';

export interface ListQuery {
  /** Absent: all namespaces. */
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  /** '0' may answer from any state; absent asks for the newest. */
  resourceVersion?: string;
}

export interface WriteOptions {
  subresource?: string;
  fieldManager?: string;
  dryRun?: boolean;
}

export interface DeleteOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
  preconditions?: { uid?: string; resourceVersion?: string };
}

/**
 * The typed client of one identity. Every method rejects with a StatusError (see machinery/status-error.ts) for what the
 * server refuses. Answers are frozen: change a `deepClone`. `namespace` is '' for cluster-scoped resources.
 */
export interface Client {
  /** `subresource`: one that is read on its own, `scale`; the answer is of that kind then. */
  get<T extends KubeObject>(resource: Resource<T>, namespace: string, name: string, subresource?: string): Promise<T>;
  list<T extends KubeObject>(resource: Resource<T>, query?: ListQuery): Promise<KubeList<T>>;
  create<T extends KubeObject>(resource: Resource<T>, object: T, options?: WriteOptions): Promise<T>;
  update<T extends KubeObject>(resource: Resource<T>, object: T, options?: WriteOptions): Promise<T>;
  updateStatus<T extends KubeObject>(resource: Resource<T>, object: T): Promise<T>;
  patch<T extends KubeObject>(
    resource: Resource<T>,
    namespace: string,
    name: string,
    type: PatchType,
    patch: unknown,
    options?: WriteOptions & { force?: boolean },
  ): Promise<T>;
  delete(resource: Resource, namespace: string, name: string, options?: DeleteOptions): Promise<void>;
  deleteCollection(resource: Resource, query: ListQuery, options?: DeleteOptions): Promise<void>;
  /** A POST to a subresource that answers another kind: `pods/binding`, `pods/eviction`, `serviceaccounts/token`. */
  createSubresource<A extends KubeObject>(
    resource: Resource,
    namespace: string,
    name: string,
    subresource: string,
    body: KubeObject & JsonObject,
  ): Promise<A>;
  watch<T extends KubeObject>(
    resource: Resource<T>,
    query: ListQuery & { allowWatchBookmarks?: boolean },
    onEvent: (event: WatchEvent & { object: T }) => void,
    onEnd: (error?: unknown) => void,
  ): Promise<WatchHandle>;
}
