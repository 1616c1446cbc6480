import type { Informer } from '../../client/informer.ts';
import type { WorkQueue } from '../../client/work-queue.ts';
import { controllerOf, objectKey, type KubeObject } from '../../machinery/object.ts';
import type { Resource } from '../../machinery/resource.ts';
import type { Pod } from '../../schema/generated/types.ts';

interface PodOwners<T extends KubeObject> {
  resource: Resource<T>;
  owners: Informer<T>;
  podInformer: Informer<Pod>;
  queue: Pick<WorkQueue, 'add'>;
  /** Whether an owner would adopt this pod if nobody else controlled it. */
  matches(this: void, owner: T, pod: Pod): boolean;
}

/** Queues an owner of pods whenever it, one of its pods or a pod that it could adopt has changed. Returns what unsubscribes. */
export function followPods<T extends KubeObject>(options: PodOwners<T>): (() => void)[] {
  const { resource, owners, podInformer, queue, matches } = options;
  const enqueue = (owner: T) => queue.add(objectKey(owner));
  const enqueueOwnerOf = (pod: Pod): void => {
    const owner = controllerOf(pod);
    const { namespace = '' } = pod.metadata;
    if (owner) {
      if (owner.kind === resource.kind) queue.add(`${namespace}/${owner.name}`);
      return;
    }
    if (pod.metadata.deletionTimestamp) return;
    for (const candidate of owners.list(namespace)) if (matches(candidate, pod)) enqueue(candidate);
  };
  return [
    owners.onEvent({ add: enqueue, update: enqueue, delete: enqueue }),
    podInformer.onEvent({
      add: enqueueOwnerOf,
      update: (pod, old) => {
        enqueueOwnerOf(pod);
        if (controllerOf(old)?.uid !== controllerOf(pod)?.uid) enqueueOwnerOf(old);
      },
      delete: enqueueOwnerOf,
    }),
  ];
}
