import type { Client } from '../../client/client.ts';
import type { Informer } from '../../client/informer.ts';
import { controllerOf, type KubeObject, type OwnerReference } from '../../machinery/object.ts';
import { apiVersionOf, type Resource } from '../../machinery/resource.ts';
import { isNotFound, statusReason } from '../../machinery/status-error.ts';

const INDEX = 'controller';
const orphansOf = (namespace: string) => `/${namespace}`;

export function controllerReference(resource: Resource, owner: KubeObject): OwnerReference {
  return {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** Lets `controlledBy` and `claim` find the dependents of an owner quickly. */
export function indexByController(informer: Informer<KubeObject>): void {
  informer.addIndex(INDEX, (object) => [controllerOf(object)?.uid ?? orphansOf(object.metadata.namespace ?? '')]);
}

export function controlledBy<T extends KubeObject>(informer: Informer<T>, owner: KubeObject): T[] {
  return informer.byIndex(INDEX, owner.metadata.uid ?? '');
}

/** Objects of a namespace that no controller owns. */
export function orphansIn<T extends KubeObject>(informer: Informer<T>, namespace: string): T[] {
  return informer.byIndex(INDEX, orphansOf(namespace));
}

export interface ClaimOptions<T extends KubeObject> {
  client: Client;
  /** Where dependents are cached; indexed by `indexByController`. */
  informer: Informer<T>;
  dependent: Resource<T>;
  owner: KubeObject;
  ownerResource: Resource;
  matches(this: void, object: T): boolean;
  /** Whether an orphan that matches may be adopted; all may unless given. */
  adoptable?(object: T): boolean;
}

/**
 * The objects that an owner controls, after it has adopted matching orphans and released those that no longer match
 * (controller.ControllerRefManager).
 */
export async function claim<T extends KubeObject>(options: ClaimOptions<T>): Promise<T[]> {
  const { informer, owner, matches } = options;
  const namespace = owner.metadata.namespace ?? '';
  const claimed: T[] = [];
  for (const object of controlledBy(informer, owner)) {
    if (matches(object)) claimed.push(object);
    else if (!owner.metadata.deletionTimestamp) await release(options, object);
  }
  if (owner.metadata.deletionTimestamp) return claimed;
  for (const object of orphansIn(informer, namespace)) {
    if (object.metadata.deletionTimestamp || !matches(object) || options.adoptable?.(object) === false) continue;
    const adopted = await adopt(options, object);
    if (adopted) claimed.push(adopted);
  }
  return claimed;
}

async function adopt<T extends KubeObject>(options: ClaimOptions<T>, object: T): Promise<T | undefined> {
  const { client, dependent, owner, ownerResource } = options;
  const { namespace = '', name, uid } = object.metadata;
  const reference = controllerReference(ownerResource, owner);
  try {
    return await client.patch(dependent, namespace, name, 'strategic', {
      metadata: { ownerReferences: [reference], uid },
    });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function release<T extends KubeObject>(options: ClaimOptions<T>, object: T): Promise<void> {
  const { client, dependent, owner } = options;
  const { namespace = '', name, uid } = object.metadata;
  const ownerReferences = [{ $patch: 'delete', uid: owner.metadata.uid }];
  try {
    await client.patch(dependent, namespace, name, 'strategic', { metadata: { ownerReferences, uid } });
  } catch (error) {
    if (!isNotFound(error) && statusReason(error) !== 'Invalid') throw error;
  }
}
