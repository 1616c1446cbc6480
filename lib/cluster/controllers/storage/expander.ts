import { createEventRecorder } from '../../client/event-recorder.ts';
import { startReconciler } from '../../client/reconciler.ts';
import { objectKey, splitKey } from '../../machinery/object.ts';
import { quantityNanos } from '../../machinery/quantity.ts';
import { persistentvolumeclaims, persistentvolumes } from '../../schema/generated/resources.ts';
import type { PersistentVolumeClaim } from '../../schema/generated/types.ts';
import type { Controller } from '../controller.ts';
import { PROVISIONED_BY } from './provisioner.ts';

/** Enlarges the volumes of bound claims that ask for more (upstream: pkg/controller/volume/expand). */
export const volumeExpander: Controller = {
  name: 'persistentvolume-expander-controller',
  serviceAccount: 'expand-controller',
  start(context) {
    const { client } = context;
    const claims = context.informers.informer(persistentvolumeclaims);
    const volumes = context.informers.informer(persistentvolumes);
    const events = createEventRecorder({ ...context, component: 'volume_expand' });
    const asked = (claim: PersistentVolumeClaim) => claim.spec?.resources?.requests?.['storage'];
    const grows = (claim: PersistentVolumeClaim) =>
      claim.status?.phase === 'Bound' &&
      quantityNanos(asked(claim)) > quantityNanos(claim.status.capacity?.['storage']);
    const reconciler = startReconciler({
      ...context,
      informers: [claims, volumes],
      async reconcile(key) {
        const { namespace, name } = splitKey(key);
        const claim = claims.get(namespace, name);
        const volume = volumes.get('', claim?.spec?.volumeName ?? '');
        const storage = claim && asked(claim);
        if (!claim || !volume || storage === undefined || !grows(claim)) return;
        if (quantityNanos(volume.spec?.capacity?.['storage']) < quantityNanos(storage)) {
          if (volume.metadata.annotations?.[PROVISIONED_BY] === undefined) {
            const message = 'waiting for an external controller to expand this PVC';
            return events.event(persistentvolumeclaims, claim, 'Normal', 'ExternalExpanding', message);
          }
          await client.patch(persistentvolumes, '', volume.metadata.name, 'merge', { spec: { capacity: { storage } } });
        }
        const capacity = { ...claim.status?.capacity, storage };
        await client.patch(
          persistentvolumeclaims,
          namespace,
          name,
          'merge',
          { status: { capacity } },
          { subresource: 'status' },
        );
      },
    });
    const enqueue = (claim: PersistentVolumeClaim) => {
      if (grows(claim)) reconciler.queue.add(objectKey(claim));
    };
    reconciler.own(claims.onEvent({ add: enqueue, update: enqueue }), () => events.stop());
    return reconciler;
  },
};
