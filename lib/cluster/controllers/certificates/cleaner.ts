import { startReconciler } from '../../client/reconciler.ts';
import type { KubeObject } from '../../machinery/object.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import { certificatesigningrequests } from '../../schema/generated/resources.ts';
import type { CertificateSigningRequest } from '../../schema/generated/types.ts';
import type { Controller } from '../controller.ts';
import { hasCondition } from './approving.ts';

const HOUR = 3_600_000;
const DECIDED = 1 * HOUR;
const PENDING = 24 * HOUR;

/** When a request is of no more use: an hour after it was decided or failed, a day after it was made. */
function dueAt(request: CertificateSigningRequest): number {
  const decided = request.status?.conditions?.at(-1);
  const since = (time: string | undefined) => Date.parse(time ?? request.metadata.creationTimestamp ?? '') || 0;
  const ended =
    hasCondition(request, 'Denied') ||
    hasCondition(request, 'Failed') ||
    (hasCondition(request, 'Approved') && request.status?.certificate !== undefined);
  return ended ? since(decided?.lastUpdateTime) + DECIDED : since(undefined) + PENDING;
}

/** Deletes old requests (upstream: pkg/controller/certificates/cleaner). */
export const certificateCleaner: Controller = {
  name: 'certificatesigningrequest-cleaner-controller',
  serviceAccount: 'certificate-controller',
  start(context) {
    const informer = context.informers.informer(certificatesigningrequests);
    const reconciler = startReconciler({
      ...context,
      informers: [informer],
      async reconcile(name) {
        const request = informer.get('', name);
        if (!request) return;
        const wait = dueAt(request) - context.clock.now();
        if (wait > 0) return reconciler.queue.addAfter(name, wait);
        await context.client.delete(certificatesigningrequests, '', name).catch((error: unknown) => {
          if (!isNotFound(error)) throw error;
        });
      },
    });
    const enqueue = ({ metadata }: KubeObject) => reconciler.queue.add(metadata.name);
    reconciler.own(informer.onEvent({ add: enqueue, update: enqueue }));
    return reconciler;
  },
};
