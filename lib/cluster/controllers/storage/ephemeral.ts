import { startReconciler } from '../../client/reconciler.ts';
import { objectKey, splitKey } from '../../machinery/object.ts';
import { isAlreadyExists } from '../../machinery/status-error.ts';
import { persistentvolumeclaims, pods } from '../../schema/generated/resources.ts';
import type { Pod } from '../../schema/generated/types.ts';
import type { Controller } from '../controller.ts';
import { controllerReference } from '../shared/ownership.ts';

/** Creates the claims of pods' ephemeral volumes (upstream: pkg/controller/volume/ephemeral). */
export const ephemeralVolume: Controller = {
  name: 'ephemeral-volume-controller',
  serviceAccount: 'ephemeral-volume-controller',
  start(context) {
    const podInformer = context.informers.informer(pods);
    const claims = context.informers.informer(persistentvolumeclaims);
    const reconciler = startReconciler({
      ...context,
      informers: [podInformer, claims],
      async reconcile(key) {
        const { namespace, name } = splitKey(key);
        const pod = podInformer.get(namespace, name);
        if (!pod || pod.metadata.deletionTimestamp) return;
        for (const volume of pod.spec.volumes ?? []) {
          const template = volume.ephemeral?.volumeClaimTemplate;
          const claimName = `${name}-${volume.name}`;
          if (!template || claims.get(namespace, claimName)) continue;
          const { labels, annotations } = template.metadata ?? {};
          try {
            await context.client.create(persistentvolumeclaims, {
              metadata: {
                name: claimName,
                namespace,
                ...(labels ? { labels } : {}),
                ...(annotations ? { annotations } : {}),
                ownerReferences: [controllerReference(pods, pod)],
              },
              spec: template.spec,
            });
          } catch (error) {
            if (!isAlreadyExists(error)) throw error;
          }
        }
      },
    });
    const enqueue = (pod: Pod) => {
      if (pod.spec.volumes?.some((volume) => volume.ephemeral)) reconciler.queue.add(objectKey(pod));
    };
    reconciler.own(podInformer.onEvent({ add: enqueue }));
    return reconciler;
  },
};
