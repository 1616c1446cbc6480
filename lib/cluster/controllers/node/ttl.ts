import { startReconciler } from '../../client/reconciler.ts';
import { nodes } from '../../schema/generated/resources.ts';
import type { Controller } from '../controller.ts';

const TTL = 'node.alpha.kubernetes.io/ttl';

/** Tells kubelets how long they may cache secrets: not at all in clusters of up to 100 nodes (upstream: pkg/controller/ttl). */
export const ttl: Controller = {
  name: 'ttl-controller',
  serviceAccount: 'ttl-controller',
  start(context) {
    const informer = context.informers.informer(nodes);
    const reconciler = startReconciler({
      ...context,
      informers: [informer],
      async reconcile(name) {
        const node = informer.get('', name);
        if (!node || node.metadata.annotations?.[TTL] === '0') return;
        await context.client.patch(nodes, '', name, 'merge', { metadata: { annotations: { [TTL]: '0' } } });
      },
    });
    reconciler.own(informer.onEvent({ add: (node) => reconciler.queue.add(node.metadata.name) }));
    return reconciler;
  },
};
