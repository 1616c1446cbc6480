import { createEventRecorder } from '../../client/event-recorder.ts';
import { startReconciler } from '../../client/reconciler.ts';
import { tolerates } from '../../client/semantics/taints.ts';
import { deepEqual } from '../../../kit/deep.ts';
import { formatTime, objectKey, splitKey } from '../../machinery/object.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import { nodes, pods } from '../../schema/generated/resources.ts';
import type { Pod, Taint } from '../../schema/generated/types.ts';
import type { Controller, ControllerContext } from '../controller.ts';

/** Deletes pods from nodes whose NoExecute taints they do not tolerate (upstream: pkg/controller/tainteviction). */
export const taintEviction: Controller = {
  name: 'taint-eviction-controller',
  serviceAccount: 'node-controller',
  start: startTaintEviction,
};

/** How long a pod may stay beside these taints: 0 not at all, undefined for ever. */
function staysFor(pod: Pod, taints: readonly Taint[]): number | undefined {
  let least: number | undefined;
  for (const taint of taints) {
    const used = (pod.spec.tolerations ?? []).filter((t) => tolerates(t, taint));
    if (used.length === 0) return 0;
    for (const { tolerationSeconds } of used) {
      if (tolerationSeconds === undefined) continue;
      least = Math.min(least ?? Infinity, Math.max(0, tolerationSeconds * 1000));
    }
  }
  return least;
}

function startTaintEviction(context: ControllerContext) {
  const { client, informers, clock } = context;
  const nodeInformer = informers.informer(nodes);
  const podInformer = informers.informer(pods);
  podInformer.addIndex('node', (pod) => (pod.spec.nodeName ? [pod.spec.nodeName] : []));
  const events = createEventRecorder({ ...context, component: 'taint-eviction-controller' });
  /** Pod key → since when its time runs. */
  const running = new Map<string, { since: number; uid: string }>();
  const reconciler = startReconciler({ ...context, informers: [nodeInformer, podInformer], reconcile });
  const { queue } = reconciler;
  const enqueue = (pod: Pod) => {
    if (pod.spec.nodeName) queue.add(objectKey(pod));
  };
  reconciler.own(
    nodeInformer.onEvent({
      update: (node, old) => {
        if (deepEqual(node.spec.taints, old.spec.taints)) return;
        for (const pod of podInformer.byIndex('node', node.metadata.name)) queue.add(objectKey(pod));
      },
    }),
    podInformer.onEvent({
      add: enqueue,
      update: (pod, old) => {
        if (pod.spec.nodeName !== old.spec.nodeName || !deepEqual(pod.spec.tolerations, old.spec.tolerations))
          enqueue(pod);
      },
      delete: (pod) => running.delete(objectKey(pod)),
    }),
    () => events.stop(),
  );

  async function reconcile(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const pod = podInformer.get(namespace, name);
    const node = pod && nodeInformer.get('', pod.spec.nodeName ?? '');
    if (!node || pod.metadata.deletionTimestamp) return;
    const taints = (node.spec.taints ?? []).filter((taint) => taint.effect === 'NoExecute');
    const left = staysFor(pod, taints);
    const { uid = '' } = pod.metadata;
    if (left === undefined) {
      if (running.get(key)?.uid === uid) {
        events.event(pods, pod, 'Normal', 'TaintManagerEviction', `Cancelling deletion of Pod ${key}`);
      }
      running.delete(key);
      return;
    }
    const known = running.get(key);
    const since = known?.uid === uid ? known.since : clock.now();
    if (since + left > clock.now()) {
      running.set(key, { since, uid });
      return queue.addAfter(key, since + left - clock.now());
    }
    running.delete(key);
    await evict(pod);
  }

  async function evict(pod: Pod): Promise<void> {
    const { namespace = '', name } = pod.metadata;
    events.event(pods, pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${namespace}/${name}`);
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      lastTransitionTime: formatTime(clock.now()),
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
      ...(pod.metadata.generation ? { observedGeneration: pod.metadata.generation } : {}),
    };
    try {
      const patch = { status: { conditions: [condition] } };
      await client.patch(pods, namespace, name, 'strategic', patch, { subresource: 'status' });
      await client.delete(pods, namespace, name);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  return reconciler;
}
