import { startReconciler } from '../../client/reconciler.ts';
import { objectKey, splitKey } from '../../machinery/object.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import { jobs } from '../../schema/generated/resources.ts';
import type { Job } from '../../schema/generated/types.ts';
import type { Controller } from '../controller.ts';

function finishedAt(job: Job): number | undefined {
  const condition = job.status?.conditions?.find(
    (c) => (c.type === 'Complete' || c.type === 'Failed') && c.status === 'True',
  );
  return condition && Date.parse(condition.lastTransitionTime ?? '');
}

/** Deletes finished jobs after their ttlSecondsAfterFinished (upstream: pkg/controller/ttlafterfinished). */
export const ttlAfterFinished: Controller = {
  name: 'ttl-after-finished-controller',
  serviceAccount: 'ttl-after-finished-controller',
  start(context) {
    const informer = context.informers.informer(jobs);
    const reconciler = startReconciler({
      ...context,
      informers: [informer],
      async reconcile(key) {
        const { namespace, name } = splitKey(key);
        const job = informer.get(namespace, name);
        const finished = job && finishedAt(job);
        const limit = job?.spec.ttlSecondsAfterFinished;
        if (finished === undefined || limit === undefined || job?.metadata.deletionTimestamp) return;
        const left = finished + limit * 1000 - context.clock.now();
        if (left > 0) return reconciler.queue.addAfter(key, left);
        await context.client
          .delete(jobs, namespace, name, { propagationPolicy: 'Foreground' })
          .catch((error: unknown) => {
            if (!isNotFound(error)) throw error;
          });
      },
    });
    const enqueue = (job: Job) => {
      if (job.spec.ttlSecondsAfterFinished !== undefined && finishedAt(job)) reconciler.queue.add(objectKey(job));
    };
    reconciler.own(informer.onEvent({ add: enqueue, update: enqueue }));
    return reconciler;
  },
};
