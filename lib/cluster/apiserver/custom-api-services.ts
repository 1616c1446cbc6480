import { uuid } from '../../kit/random.ts';
import { formatTime, type JsonObject, type KubeObject } from '../machinery/object.ts';
import { apiVersionOf } from '../machinery/resource.ts';
import { apiservices, customresourcedefinitions } from '../schema/generated/resources.ts';
import { storageKey, storagePrefix } from '../store/keys.ts';
import type { Core } from './core.ts';

/** `onstart` on those of built-in groups, which nobody takes away. */
const AUTOMANAGED = 'kube-aggregator.kubernetes.io/automanaged';
/** What upstream gives every group of custom resources. */
const PRIORITIES = { groupPriorityMinimum: 1000, versionPriority: 100 };

const keyOf = (name: string) => storageKey(apiservices, undefined, name);

/**
 * Keeps a local APIService for each group version that custom resources are served in. To be called after
 * `followCustomResources`, whose registry it reads when a definition changes. Returns what stops it.
 */
export function followCustomApiServices(core: Core): () => void {
  const { store } = core;
  const add = (name: string, group: string, version: string) => {
    const object: KubeObject & JsonObject = {
      kind: apiservices.kind,
      apiVersion: apiVersionOf(apiservices),
      metadata: {
        name,
        uid: uuid(core.random),
        creationTimestamp: formatTime(core.clock.now()),
        labels: { [AUTOMANAGED]: 'true' },
      },
      spec: { group, version, ...PRIORITIES },
      status: {},
    };
    store.put(keyOf(name), object);
  };
  const sync = () => {
    const wanted = new Set<string>();
    for (const { custom, resource } of core.registry.all()) {
      if (!custom) continue;
      const name = `${resource.version}.${resource.group}`;
      wanted.add(name);
      if (!store.get(keyOf(name))) add(name, resource.group, resource.version);
    }
    for (const { metadata } of store.list(storagePrefix(apiservices)).items) {
      if (metadata.labels?.[AUTOMANAGED] === 'true' && !wanted.has(metadata.name)) store.delete(keyOf(metadata.name));
    }
  };
  sync();
  const running = store.watch(storagePrefix(customresourcedefinitions), store.revision, sync);
  return () => running.close();
}
