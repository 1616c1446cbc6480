import type { Activity } from '../../kit/activity.ts';
import type { Clock } from '../../kit/clock.ts';
import { uuid, type Random } from '../../kit/random.ts';
import type { Authorizer } from '../access/authorizer.ts';
import type { KindContext, KindReader, ServerFlags, SideEffect } from '../kinds/define.ts';
import type { RequestOptions } from '../machinery/api-request.ts';
import type { KubeletLocator } from '../machinery/kubelet-api.ts';
import { formatTime, type KubeObject } from '../machinery/object.ts';
import type { UserInfo } from '../machinery/user.ts';
import { storageKey, storagePrefix } from '../store/keys.ts';
import type { Store } from '../store/kv.ts';
import { StoreConflict } from '../store/kv.ts';
import type { AdmissionChain } from './admission-chain.ts';
import type { Authenticator, RuleResolver, TokenIssuer } from './options.ts';
import type { Registry, Served } from './registry.ts';
import type { RequestCounts } from './request-counts.ts';
import type { StoredObject } from './strategy.ts';

/** What all handlers work with. */
export interface Core {
  store: Store;
  registry: Registry;
  clock: Clock;
  random: Random;
  activity: Activity;
  authorizer: Authorizer;
  admission: AdmissionChain;
  flags: ServerFlags;
  authenticator: Authenticator;
  rules: RuleResolver;
  tokens: TokenIssuer;
  kubelets: KubeletLocator;
  /** Who has impersonated somebody by the older permissions: refusals to them are worded by those. */
  impersonators: Set<string>;
  /** All requests for resources so far, for `/metrics`. */
  requests: RequestCounts;
}

/** One authorized request for one resource, as its handler sees it. */
export interface Call {
  core: Core;
  user: UserInfo;
  served: Served;
  subresource: string;
  /** '' for a cluster-scoped resource, and for requests across all namespaces. */
  namespace: string;
  /** '' where the request names no object. */
  name: string;
  body: unknown;
  options: RequestOptions;
  dryRun: boolean;
  /** Adds a `Warning` header to the answer. */
  warn(text: string): void;
}

/** Where the object of a request is stored. */
export function keyOf({ served, namespace }: Pick<Call, 'served' | 'namespace'>, name: string): string {
  const { prefix, resource } = served.strategy;
  return resource.namespaced ? `${prefix}${namespace}/${name}` : prefix + name;
}

/** Stored objects are JSON objects; the store's interface says only what it needs itself. */
export const asObject = (object: KubeObject): StoredObject => object as StoredObject;

/** Reads committed state for the hooks of kinds. */
export function readerOf(store: Store): KindReader {
  return {
    get(resource, namespace, name) {
      const object = store.get(storageKey(resource, namespace, name));
      return object && asObject(object);
    },
    list: (resource, namespace) => store.list(storagePrefix(resource, namespace)).items.map(asObject),
  };
}

export function kindContext(call: Call): KindContext {
  const { store, clock, random, flags } = call.core;
  return { clock, random, flags, user: call.user, dryRun: call.dryRun, read: readerOf(store) };
}

/** An object with what every new one gets. */
function born({ clock, random }: Core, object: SideEffect['object']): SideEffect['object'] {
  const metadata = { ...object.metadata, uid: uuid(random), creationTimestamp: formatTime(clock.now()) };
  return { ...object, metadata };
}

/** Writes what a kind's hook asked for. What is there, or gone, already is as it should be. */
export function applySideEffects(core: Core, effects: readonly SideEffect[]): void {
  for (const { resource, action, object } of effects) {
    const key = storageKey(resource, object.metadata.namespace, object.metadata.name);
    try {
      if (action === 'create') core.store.put(key, born(core, object), { expect: 'absent' });
      else core.store.delete(key);
    } catch (err) {
      if (!(err instanceof StoreConflict)) throw err;
    }
  }
}
