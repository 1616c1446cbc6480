import type { Informer } from '../../client/informer.ts';
import { startReconciler } from '../../client/reconciler.ts';
import type { KubeObject, OwnerReference } from '../../machinery/object.ts';
import { groupResource, parseApiVersion, type Resource } from '../../machinery/resource.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import { customresourcedefinitions, events } from '../../schema/generated/resources.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { Discovery } from '../shared/discovery.ts';

/** Deletes what has lost its owners; helps foreground and orphan deletion (upstream: pkg/controller/garbagecollector). */
export const garbageCollector: Controller = {
  name: 'garbage-collector-controller',
  serviceAccount: 'generic-garbage-collector',
  start: startGarbageCollector,
};

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';
/** Many, and owned by nothing: not worth a watch. */
const IGNORED = new Set([groupResource(events)]);

interface Kept {
  resource: Resource;
  informer: Informer<KubeObject>;
}

function startGarbageCollector(context: ControllerContext) {
  const { client, informers } = context;
  const discovery = new Discovery(informers);
  const definitions = informers.informer(customresourcedefinitions);
  const kept = new Map<string, Kept>();
  /** uid → where its object is. */
  const places = new Map<string, { kept: Kept; namespace: string; name: string }>();
  const reconciler = startReconciler({ ...context, informers: [definitions], reconcile });
  const { queue } = reconciler;

  /** Watches every resource that the API has by now. */
  function follow(): void {
    for (const resource of discovery.resources()) {
      const name = `${groupResource(resource)}/${resource.version}`;
      if (kept.has(name) || IGNORED.has(groupResource(resource))) continue;
      const entry: Kept = { resource, informer: informers.informer(resource) };
      kept.set(name, entry);
      entry.informer.addIndex('owner', (object) => (object.metadata.ownerReferences ?? []).map((o) => o.uid));
      reconciler.own(
        entry.informer.onEvent({
          add: (object) => seen(entry, object),
          update: (object) => seen(entry, object),
          delete: (object) => lost(object),
        }),
      );
    }
  }

  function seen(entry: Kept, { metadata }: KubeObject): void {
    const { uid = '', namespace = '', name } = metadata;
    places.set(uid, { kept: entry, namespace, name });
    const waits = metadata.deletionTimestamp && metadata.finalizers?.some((f) => f === FOREGROUND || f === ORPHAN);
    if (waits || metadata.ownerReferences?.length) queue.add(uid);
  }

  function lost({ metadata }: KubeObject): void {
    places.delete(metadata.uid ?? '');
    for (const dependent of dependentsOf(metadata.uid ?? '')) queue.add(dependent.object.metadata.uid ?? '');
    // An owner that waits for its dependents may have lost the last one.
    for (const owner of metadata.ownerReferences ?? []) if (places.has(owner.uid)) queue.add(owner.uid);
  }

  function dependentsOf(uid: string): { resource: Resource; object: KubeObject }[] {
    return [...kept.values()].flatMap(({ resource, informer }) =>
      informer.byIndex('owner', uid).map((object) => ({ resource, object })),
    );
  }

  reconciler.own(definitions.onEvent({ add: follow, update: follow }));
  follow();

  async function reconcile(uid: string): Promise<void> {
    const place = places.get(uid);
    const object = place?.kept.informer.get(place.namespace, place.name);
    if (!place || object?.metadata.uid !== uid) return;
    if (![...kept.values()].every(({ informer }) => informer.synced)) return queue.addAfter(uid, 1_000);
    const { resource } = place.kept;
    const { finalizers = [], deletionTimestamp } = object.metadata;
    if (deletionTimestamp && finalizers.includes(ORPHAN)) return orphanDependents(resource, object);
    if (deletionTimestamp && finalizers.includes(FOREGROUND)) await deleteDependents(resource, object);
    else if (!deletionTimestamp) await judge(resource, object);
  }

  /** Deletes an object whose owners have all gone; forgets those that have gone while others are left. */
  async function judge(resource: Resource, object: KubeObject): Promise<void> {
    const owners = object.metadata.ownerReferences ?? [];
    if (owners.length === 0) return;
    const states = await Promise.all(owners.map((owner) => stateOf(owner, object)));
    const solid = states.filter((state) => state === 'solid').length;
    const { namespace = '', name, uid } = object.metadata;
    if (solid > 0) {
      const gone = owners.filter((_, i) => states[i] !== 'solid');
      if (gone.length === 0) return;
      const ownerReferences = owners.filter((owner) => !gone.includes(owner));
      await ignoreMissing(client.patch(resource, namespace, name, 'merge', { metadata: { ownerReferences, uid } }));
      return;
    }
    const preconditions = { preconditions: { uid: uid ?? '' } };
    const waited = states.includes('waiting');
    // Dependents of a foreground deletion that have blocking dependents of their own are deleted in the foreground too.
    const blocking = waited && dependentsOf(uid ?? '').some((d) => blocks(d.object, uid ?? ''));
    const asked = object.metadata.finalizers?.includes(ORPHAN)
      ? 'Orphan'
      : blocking || object.metadata.finalizers?.includes(FOREGROUND)
        ? 'Foreground'
        : 'Background';
    await ignoreMissing(client.delete(resource, namespace, name, { ...preconditions, propagationPolicy: asked }));
  }

  async function stateOf(owner: OwnerReference, dependent: KubeObject): Promise<'solid' | 'waiting' | 'absent'> {
    const { group, version } = parseApiVersion(owner.apiVersion);
    const place = places.get(owner.uid);
    const { namespace = '' } = dependent.metadata;
    const cached = place?.kept.informer.get(place.namespace, place.name);
    if (cached && place && (!place.kept.resource.namespaced || place.namespace === namespace)) {
      const waiting = cached.metadata.deletionTimestamp && cached.metadata.finalizers?.includes(FOREGROUND);
      return waiting ? 'waiting' : 'solid';
    }
    const resource = discovery.find(group, owner.kind);
    // A kind that the API does not know may come back: its dependents stay.
    if (!resource) return 'solid';
    try {
      const found = await client.get({ ...resource, version }, resource.namespaced ? namespace : '', owner.name);
      return found.metadata.uid === owner.uid ? 'solid' : 'absent';
    } catch (error) {
      if (isNotFound(error)) return 'absent';
      throw error;
    }
  }

  async function deleteDependents(resource: Resource, owner: KubeObject): Promise<void> {
    const dependents = dependentsOf(owner.metadata.uid ?? '');
    if (!dependents.some(({ object }) => blocks(object, owner.metadata.uid ?? ''))) {
      await dropFinalizer(resource, owner, FOREGROUND);
    }
    for (const { object } of dependents) {
      if (!object.metadata.deletionTimestamp) queue.add(object.metadata.uid ?? '');
    }
  }

  async function orphanDependents(resource: Resource, owner: KubeObject): Promise<void> {
    for (const { resource: kind, object } of dependentsOf(owner.metadata.uid ?? '')) {
      const { namespace = '', name, uid, ownerReferences = [] } = object.metadata;
      const left = ownerReferences.filter((o) => o.uid !== owner.metadata.uid);
      const metadata = { ownerReferences: left.length > 0 ? left : null, uid };
      await ignoreMissing(client.patch(kind, namespace, name, 'merge', { metadata }));
    }
    await dropFinalizer(resource, owner, ORPHAN);
  }

  async function dropFinalizer(resource: Resource, object: KubeObject, finalizer: string): Promise<void> {
    const { namespace = '', name, resourceVersion, finalizers = [] } = object.metadata;
    const left = finalizers.filter((f) => f !== finalizer);
    const metadata = { resourceVersion, finalizers: left.length > 0 ? left : null };
    await ignoreMissing(client.patch(resource, namespace, name, 'merge', { metadata }));
  }

  return reconciler;
}

const blocks = (dependent: KubeObject, uid: string): boolean =>
  (dependent.metadata.ownerReferences ?? []).some((owner) => owner.uid === uid && owner.blockOwnerDeletion);

async function ignoreMissing(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
