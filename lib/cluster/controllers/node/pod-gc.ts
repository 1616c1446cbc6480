import { startReconciler } from '../../client/reconciler.ts';
import { formatTime, objectKey, splitKey } from '../../machinery/object.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import { nodes, pods } from '../../schema/generated/resources.ts';
import type { Pod } from '../../schema/generated/types.ts';
import type { Controller } from '../controller.ts';
import { isPodFinished } from '../shared/pods.ts';

/** How long a node may be missing before its pods are taken for lost (upstream: quarantineTime). */
const QUARANTINE = 40_000;

/** Removes pods that no kubelet will ever remove (upstream: pkg/controller/podgc). */
export const podGarbageCollector: Controller = {
  name: 'pod-garbage-collector-controller',
  serviceAccount: 'pod-garbage-collector',
  start(context) {
    const { client, clock } = context;
    const podInformer = context.informers.informer(pods);
    const nodeInformer = context.informers.informer(nodes);
    podInformer.addIndex('node', (pod) => (pod.spec.nodeName ? [pod.spec.nodeName] : []));
    const missingSince = new Map<string, number>();
    const reconciler = startReconciler({
      ...context,
      informers: [podInformer, nodeInformer],
      async reconcile(key) {
        const { namespace, name } = splitKey(key);
        const pod = podInformer.get(namespace, name);
        if (!pod) return;
        const { nodeName = '' } = pod.spec;
        if (!nodeName) {
          if (pod.metadata.deletionTimestamp) await remove(pod);
          return;
        }
        if (nodeInformer.get('', nodeName)) return void missingSince.delete(nodeName);
        const since = missingSince.get(nodeName) ?? clock.now();
        missingSince.set(nodeName, since);
        const left = since + QUARANTINE - clock.now();
        if (left > 0) return reconciler.queue.addAfter(key, left);
        await markLost(pod);
        await remove(pod);
      },
    });

    async function markLost(pod: Pod): Promise<void> {
      if (isPodFinished(pod)) return;
      const { namespace = '', name } = pod.metadata;
      const condition = {
        type: 'DisruptionTarget',
        status: 'True',
        lastTransitionTime: formatTime(clock.now()),
        reason: 'DeletionByPodGC',
        message: 'PodGC: node no longer exists',
      };
      const patch = { status: { phase: 'Failed', conditions: [condition] } };
      await client
        .patch(pods, namespace, name, 'strategic', patch, { subresource: 'status' })
        .catch((error: unknown) => {
          if (!isNotFound(error)) throw error;
        });
    }

    async function remove({ metadata: { namespace = '', name, uid } }: Pod): Promise<void> {
      const preconditions = uid ? { preconditions: { uid } } : {};
      await client
        .delete(pods, namespace, name, { gracePeriodSeconds: 0, ...preconditions })
        .catch((error: unknown) => {
          if (!isNotFound(error)) throw error;
        });
    }

    const enqueue = (pod: Pod) => {
      const lost = pod.spec.nodeName ? !nodeInformer.get('', pod.spec.nodeName) : pod.metadata.deletionTimestamp;
      if (lost) reconciler.queue.add(objectKey(pod));
    };
    reconciler.own(
      podInformer.onEvent({ add: enqueue, update: enqueue }),
      nodeInformer.onEvent({
        delete: (node) => {
          for (const pod of podInformer.byIndex('node', node.metadata.name)) reconciler.queue.add(objectKey(pod));
        },
      }),
    );
    return reconciler;
  },
};
