import { startReconciler } from '../../client/reconciler.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import { secrets } from '../../schema/generated/resources.ts';
import type { Secret } from '../../schema/generated/types.ts';
import type { Controller } from '../controller.ts';
import { bootstrapToken, SYSTEM } from './token-secret.ts';

/** Deletes bootstrap tokens that have expired (upstream: pkg/controller/bootstrap). */
export const tokenCleaner: Controller = {
  name: 'token-cleaner-controller',
  serviceAccount: 'token-cleaner',
  start(context) {
    const informer = context.informers.informer(secrets);
    const reconciler = startReconciler({
      ...context,
      informers: [informer],
      async reconcile(name) {
        const secret = informer.get(SYSTEM, name);
        const { expires } = (secret && bootstrapToken(secret)) ?? {};
        if (!secret || expires === undefined) return;
        const wait = expires - context.clock.now();
        if (wait > 0) return reconciler.queue.addAfter(name, wait);
        const { uid } = secret.metadata;
        await context.client
          .delete(secrets, SYSTEM, name, uid ? { preconditions: { uid } } : {})
          .catch((error: unknown) => {
            if (!isNotFound(error)) throw error;
          });
      },
    });
    const enqueue = (secret: Secret) => {
      if (secret.metadata.namespace === SYSTEM && bootstrapToken(secret)) reconciler.queue.add(secret.metadata.name);
    };
    reconciler.own(informer.onEvent({ add: enqueue, update: enqueue }));
    return reconciler;
  },
};
