import { startReconciler } from '../../client/reconciler.ts';
import { isAlreadyExists, statusOf } from '../../machinery/status-error.ts';
import { namespaces, serviceaccounts } from '../../schema/generated/resources.ts';
import type { Controller } from '../controller.ts';

/** Keeps a ServiceAccount `default` in every namespace (upstream: pkg/controller/serviceaccount). */
export const serviceAccount: Controller = {
  name: 'serviceaccount-controller',
  serviceAccount: 'service-account-controller',
  start(context) {
    const spaces = context.informers.informer(namespaces);
    const accounts = context.informers.informer(serviceaccounts);
    const reconciler = startReconciler({
      ...context,
      informers: [spaces, accounts],
      async reconcile(name) {
        if (spaces.get('', name)?.status?.phase !== 'Active' || accounts.get(name, 'default')) return;
        try {
          await context.client.create(serviceaccounts, { metadata: { name: 'default', namespace: name } });
        } catch (error) {
          if (isAlreadyExists(error) || statusOf(error)?.code === 404) return;
          if (!statusOf(error)?.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating')) throw error;
        }
      },
    });
    reconciler.own(
      spaces.onEvent({
        add: (n) => reconciler.queue.add(n.metadata.name),
        update: (n) => reconciler.queue.add(n.metadata.name),
      }),
      accounts.onEvent({ delete: (a) => reconciler.queue.add(a.metadata.namespace ?? '') }),
    );
    return reconciler;
  },
};
