import { startReconciler } from '../../client/reconciler.ts';
import { claimNameOf } from '../../client/semantics/volumes.ts';
import { objectKey, splitKey, type KubeObject } from '../../machinery/object.ts';
import type { Resource } from '../../machinery/resource.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import {
  persistentvolumeclaims,
  persistentvolumes,
  pods,
  volumeattributesclasses,
} from '../../schema/generated/resources.ts';
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../schema/generated/types.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { isPodFinished } from '../shared/pods.ts';

/** Puts a finalizer on objects in use, and takes it off when they are being deleted and no longer used. */
async function protect<T extends KubeObject>(
  { client }: ControllerContext,
  resource: Resource<T>,
  object: T | undefined,
  finalizer: string,
  inUse: boolean,
): Promise<void> {
  if (!object) return;
  const { finalizers = [], deletionTimestamp } = object.metadata;
  if (deletionTimestamp ? !finalizers.includes(finalizer) || inUse : finalizers.includes(finalizer)) return;
  const changed = deletionTimestamp ? finalizers.filter((f) => f !== finalizer) : [...finalizers, finalizer];
  const draft = { ...object, metadata: { ...object.metadata, finalizers: changed } };
  await client.update(resource, draft).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
}

export const claimProtection: Controller = {
  name: 'persistentvolumeclaim-protection-controller',
  serviceAccount: 'pvc-protection-controller',
  start(context) {
    const claims = context.informers.informer(persistentvolumeclaims);
    const podInformer = context.informers.informer(pods);
    podInformer.addIndex('claim', (pod) => {
      const names = (pod.spec.volumes ?? []).flatMap((volume) => claimNameOf(pod, volume) ?? []);
      return names.map((name) => `${pod.metadata.namespace}/${name}`);
    });
    const reconciler = startReconciler({
      ...context,
      informers: [claims, podInformer],
      async reconcile(key) {
        const { namespace, name } = splitKey(key);
        const inUse = podInformer.byIndex('claim', key).some((pod) => pod.spec.nodeName && !isPodFinished(pod));
        const claim = claims.get(namespace, name);
        await protect(context, persistentvolumeclaims, claim, 'kubernetes.io/pvc-protection', inUse);
      },
    });
    const enqueue = (claim: KubeObject) => reconciler.queue.add(objectKey(claim));
    const enqueueOf = (pod: Pod) => {
      for (const volume of pod.spec.volumes ?? []) {
        const name = claimNameOf(pod, volume);
        if (name !== undefined) reconciler.queue.add(`${pod.metadata.namespace}/${name}`);
      }
    };
    reconciler.own(
      claims.onEvent({ add: enqueue, update: enqueue }),
      podInformer.onEvent({ update: enqueueOf, delete: enqueueOf }),
    );
    return reconciler;
  },
};

export const volumeProtection: Controller = {
  name: 'persistentvolume-protection-controller',
  serviceAccount: 'pv-protection-controller',
  start(context) {
    const volumes = context.informers.informer(persistentvolumes);
    const reconciler = startReconciler({
      ...context,
      informers: [volumes],
      async reconcile(name) {
        const volume = volumes.get('', name);
        const inUse = volume?.status?.phase === 'Bound';
        await protect(context, persistentvolumes, volume, 'kubernetes.io/pv-protection', inUse);
      },
    });
    const enqueue = (volume: KubeObject) => reconciler.queue.add(objectKey(volume));
    reconciler.own(volumes.onEvent({ add: enqueue, update: enqueue }));
    return reconciler;
  },
};

const classesOfVolume = ({ spec }: PersistentVolume) =>
  spec?.volumeAttributesClassName ? [spec.volumeAttributesClassName] : [];

/** The attribute classes that a claim asks for, has, or is about to have. */
function classesOfClaim({ spec, status }: PersistentVolumeClaim): string[] {
  const names = [
    spec?.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ];
  return names.flatMap((name) => name || []);
}

export const attributesClassProtection: Controller = {
  name: 'volumeattributesclass-protection-controller',
  serviceAccount: 'volumeattributesclass-protection-controller',
  start(context) {
    const classes = context.informers.informer(volumeattributesclasses);
    const volumes = context.informers.informer(persistentvolumes);
    const claims = context.informers.informer(persistentvolumeclaims);
    volumes.addIndex('attributes class', classesOfVolume);
    claims.addIndex('attributes class', classesOfClaim);
    const reconciler = startReconciler({
      ...context,
      informers: [classes, volumes, claims],
      async reconcile(name) {
        const inUse = [volumes, claims].some((users) => users.byIndex('attributes class', name).length > 0);
        await protect(context, volumeattributesclasses, classes.get('', name), 'kubernetes.io/vac-protection', inUse);
      },
    });
    const enqueue = (object: KubeObject) => reconciler.queue.add(objectKey(object));
    const enqueueAll = (names: readonly string[]) => names.forEach((name) => reconciler.queue.add(name));
    reconciler.own(
      classes.onEvent({ add: enqueue, update: enqueue }),
      volumes.onEvent({
        update: (_, old) => enqueueAll(classesOfVolume(old)),
        delete: (volume) => enqueueAll(classesOfVolume(volume)),
      }),
      claims.onEvent({
        update: (_, old) => enqueueAll(classesOfClaim(old)),
        delete: (claim) => enqueueAll(classesOfClaim(claim)),
      }),
    );
    return reconciler;
  },
};
