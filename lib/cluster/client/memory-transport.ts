import type { Clock } from '../../kit/clock.ts';
import { deepClone, deepFreeze } from '../../kit/deep.ts';
import type { ApiRequest, ApiResult, WatchEvent } from '../machinery/api-request.ts';
import { formatTime, isJsonObject, type JsonObject, type KubeObject } from '../machinery/object.ts';
import { alreadyExists, conflict, MODIFIED, notFound } from '../machinery/status-error.ts';
import type { Transport } from './transport.ts';

type Stored = KubeObject & JsonObject;

/**
 * The least that can stand in for an API server in tests of components: objects, versions, watches, finalizers, status,
 * generation, merge patches and bindings. No defaults, admission, validation or garbage collection.
 */
export class MemoryTransport implements Transport {
  readonly #clock: Clock;
  readonly #objects = new Map<string, Stored>();
  readonly #watches = new Set<{ prefix: string; onEvent: (e: WatchEvent) => void; onEnd: (error?: unknown) => void }>();
  #version = 0;
  #names = 0;
  /** While set, every call fails as with a server that is gone. */
  down = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes the server away: ends every watch. */
  crash(): void {
    this.down = true;
    for (const watch of Array.from(this.#watches)) {
      this.#watches.delete(watch);
      watch.onEnd(connectionRefused());
    }
  }

  // oxlint-disable-next-line typescript/require-await -- rejects, rather than throws, as the interface says
  async call(request: ApiRequest): Promise<ApiResult> {
    if (this.down) throw connectionRefused();
    return { code: 200, warnings: [], object: deepFreeze(this.#answer(request)) };
  }

  // oxlint-disable-next-line typescript/require-await -- as above
  async watch(request: ApiRequest, onEvent: (event: WatchEvent) => void, onEnd: (error?: unknown) => void) {
    if (this.down) throw connectionRefused();
    const watch = { prefix: prefixOf(request), onEvent, onEnd };
    this.#watches.add(watch);
    const since = Number(request.options?.resourceVersion ?? this.#version);
    for (const [key, object] of this.#objects) {
      const missed = key.startsWith(watch.prefix) && Number(object.metadata.resourceVersion) > since;
      if (missed) onEvent({ type: 'MODIFIED', object });
    }
    return {
      stop: () => {
        if (this.#watches.delete(watch)) onEnd();
      },
    };
  }

  #answer(request: ApiRequest): JsonObject {
    const key = `${prefixOf(request)}${request.name ?? ''}`;
    const stored = this.#objects.get(key);
    switch (request.verb) {
      case 'list': {
        const items = [...this.#objects].filter(([k]) => k.startsWith(key)).map(([, object]) => object);
        return { metadata: { resourceVersion: String(this.#version) }, items };
      }
      case 'create':
        if (request.subresource) return this.#createSubresource(key, request);
        return this.#create(request);
      case 'update':
        if (!stored) throw notFound(request, request.name ?? '');
        return this.#update(key, stored, request.body as Stored, request);
      case 'patch':
        if (!stored) throw notFound(request, request.name ?? '');
        return this.#update(key, stored, mergePatch(stored, request.body) as Stored, request);
      case 'delete':
        if (!stored) throw notFound(request, request.name ?? '');
        return this.#delete(key, stored);
      case 'deletecollection':
        for (const [k, object] of Array.from(this.#objects)) if (k.startsWith(key)) this.#delete(k, object);
        return {};
      default:
        if (!stored) throw notFound(request, request.name ?? '');
        return stored;
    }
  }

  #create(request: ApiRequest): Stored {
    const object = deepClone(request.body as Stored);
    const { metadata } = object;
    if (!metadata.name) metadata.name = `${metadata.generateName ?? ''}${String(++this.#names).padStart(5, '0')}`;
    const key = `${prefixOf(request)}${metadata.name}`;
    if (this.#objects.has(key)) throw alreadyExists(request, metadata.name);
    metadata.uid = `uid-${++this.#names}`;
    metadata.creationTimestamp = formatTime(this.#clock.now());
    metadata.generation = 1;
    return this.#put(key, object, 'ADDED');
  }

  #createSubresource(key: string, request: ApiRequest): JsonObject {
    const stored = this.#objects.get(key);
    if (!stored) throw notFound(request, request.name ?? '');
    if (request.subresource === 'binding') {
      const target = (request.body as { target: { name: string } }).target.name;
      this.#put(key, { ...stored, spec: { ...(stored['spec'] as JsonObject), nodeName: target } }, 'MODIFIED');
    } else if (request.subresource === 'eviction') this.#delete(key, stored);
    return { kind: 'Status', status: 'Success' };
  }

  #update(key: string, old: Stored, wanted: Stored, request: ApiRequest): Stored {
    const version = wanted.metadata.resourceVersion;
    if (version !== undefined && version !== old.metadata.resourceVersion) {
      throw conflict(request, old.metadata.name, MODIFIED);
    }
    const status = request.subresource === 'status';
    const next: Stored = deepClone(
      status
        ? { ...old, metadata: wanted.metadata, status: wanted['status'] }
        : { ...wanted, ...('status' in old ? { status: old['status'] } : {}) },
    );
    const { metadata } = next;
    if (JSON.stringify(next['spec']) !== JSON.stringify(old['spec']))
      metadata.generation = (metadata.generation ?? 0) + 1;
    if (metadata.deletionTimestamp && !metadata.finalizers?.length) return this.#remove(key, next);
    return this.#put(key, next, 'MODIFIED');
  }

  #delete(key: string, stored: Stored): Stored {
    if (!stored.metadata.finalizers?.length) return this.#remove(key, deepClone(stored));
    if (stored.metadata.deletionTimestamp) return stored;
    const metadata = { ...stored.metadata, deletionTimestamp: formatTime(this.#clock.now()) };
    return this.#put(key, { ...deepClone(stored), metadata }, 'MODIFIED');
  }

  #put(key: string, object: Stored, type: 'ADDED' | 'MODIFIED'): Stored {
    const metadata = { ...object.metadata, resourceVersion: String(++this.#version) };
    const stored = deepFreeze({ ...object, metadata });
    this.#objects.set(key, stored);
    this.#publish(key, { type, object: stored });
    return stored;
  }

  #remove(key: string, object: Stored): Stored {
    this.#objects.delete(key);
    object.metadata.resourceVersion = String(++this.#version);
    this.#publish(key, { type: 'DELETED', object: deepFreeze(object) });
    return object;
  }

  #publish(key: string, event: WatchEvent): void {
    for (const watch of this.#watches) if (key.startsWith(watch.prefix)) watch.onEvent(event);
  }
}

function prefixOf(r: ApiRequest): string {
  return `${r.group}/${r.resource}/${r.namespace ? `${r.namespace}/` : ''}`;
}

function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return patch;
  const merged: JsonObject = isJsonObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

function connectionRefused(): Error {
  return Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
}
