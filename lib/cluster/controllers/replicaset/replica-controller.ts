import { createEventRecorder } from '../../client/event-recorder.ts';
import { startReconciler } from '../../client/reconciler.ts';
import { controllerOf, formatTime, splitKey, type KubeObject } from '../../machinery/object.ts';
import { pods } from '../../schema/generated/resources.ts';
import type { Pod, ReplicaSetStatus } from '../../schema/generated/types.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { omitZeros, sameStatus, withoutCondition } from '../shared/conditions.ts';
import { claim, controlledBy, indexByController } from '../shared/ownership.ts';
import { messageOf, PodControl, podFromTemplate, slowStart } from '../shared/pod-control.ts';
import { followPods } from '../shared/pod-owners.ts';
import {
  deletionOrder,
  isPodActive,
  isPodAvailable,
  isPodFinished,
  isPodReady,
  untilAvailable,
} from '../shared/pods.ts';
import type { ReplicaKind } from './replica-set.ts';

/** How many pods one turn creates or deletes at most. */
const BURST = 500;

/** How many pods may fail before their replacements have to wait: what upstream's client sends in one burst. */
const FAILED_BURST = 30;
const LONGEST_REST = 300_000;

/**
 * Milliseconds until failed pods are replaced: 1 s after the newest was made, then 2 s, 4 s … Upstream has no such rest: its
 * client's 20 requests a second are the only brake on pods that kubelets reject at once, and they would fill a small cluster.
 */
function untilReplacement(mine: readonly Pod[], now: number): number {
  const failed = mine.filter((pod) => pod.status?.phase === 'Failed');
  if (failed.length < FAILED_BURST) return 0;
  const rest = Math.min(1000 * 2 ** Math.min(failed.length - FAILED_BURST, 20), LONGEST_REST);
  const newest = Math.max(...failed.map((pod) => Date.parse(pod.metadata.creationTimestamp ?? '') || 0));
  return newest + rest - now;
}

/** Keeps as many pods as its owner asks for (upstream: pkg/controller/replicaset). */
export function replicaController<T extends KubeObject>(
  name: string,
  serviceAccount: string,
  kind: ReplicaKind<T>,
): Controller {
  return { name, serviceAccount, start: (context) => startReplicaController(name, kind, context) };
}

function startReplicaController<T extends KubeObject>(name: string, kind: ReplicaKind<T>, context: ControllerContext) {
  const { client, informers, clock } = context;
  const owners = informers.informer(kind.resource);
  const podInformer = informers.informer(pods);
  indexByController(podInformer);
  indexByController(owners);
  const events = createEventRecorder({ ...context, component: name });
  const control = new PodControl(client, events, kind.resource);
  const reconciler = startReconciler({ ...context, informers: [owners, podInformer], reconcile });

  reconciler.own(
    ...followPods({
      resource: kind.resource,
      owners,
      podInformer,
      queue: reconciler.queue,
      matches: (owner, pod) => kind.matches(owner, pod.metadata.labels),
    }),
    () => events.stop(),
  );

  /** How many active pods of this owner and its siblings (the replica sets of one deployment) stand on each node. */
  function crowding(owner: T): (pod: Pod) => number {
    const parent = controllerOf(owner);
    const siblings = parent ? owners.byIndex('controller', parent.uid) : [owner];
    const count = new Map<string, number>();
    for (const pod of siblings.flatMap((s) => controlledBy(podInformer, s)).filter(isPodActive)) {
      const node = pod.spec.nodeName ?? '';
      count.set(node, (count.get(node) ?? 0) + 1);
    }
    return (pod) => count.get(pod.spec.nodeName ?? '') ?? 0;
  }

  async function manage(owner: T, active: Pod[], wanted: number): Promise<void> {
    if (active.length < wanted) {
      const pod = podFromTemplate(kind.spec(owner).template, kind.resource, owner);
      await slowStart(Math.min(wanted - active.length, BURST), () => control.create(owner, pod));
    } else if (active.length > wanted) {
      const surplus = Math.min(active.length - wanted, BURST);
      const victims = [...active].sort(deletionOrder(crowding(owner), clock.now())).slice(0, surplus);
      await Promise.all(victims.map((pod) => control.delete(owner, pod)));
    }
  }

  async function reconcile(key: string): Promise<void> {
    const { namespace, name: ownerName } = splitKey(key);
    const owner = owners.get(namespace, ownerName);
    if (!owner) return;
    const { replicas: wanted, minReadySeconds, template } = kind.spec(owner);
    const mine = await claim({
      client,
      informer: podInformer,
      dependent: pods,
      owner,
      ownerResource: kind.resource,
      matches: (pod) => kind.matches(owner, pod.metadata.labels),
      adoptable: (pod) => !isPodFinished(pod),
    });
    const active = mine.filter(isPodActive);
    let failure: unknown;
    const rest = active.length < wanted ? untilReplacement(mine, clock.now()) : 0;
    if (rest > 0) reconciler.queue.addAfter(key, rest);
    else if (!owner.metadata.deletionTimestamp) {
      await manage(owner, active, wanted).catch((error: unknown) => (failure = error));
    }
    const now = clock.now();
    const labels = Object.entries(template?.metadata?.labels ?? {});
    const status: ReplicaSetStatus = {
      ...kind.status(owner),
      replicas: active.length,
      fullyLabeledReplicas: active.filter((pod) => labels.every(([k, v]) => pod.metadata.labels?.[k] === v)).length,
      readyReplicas: active.filter(isPodReady).length,
      availableReplicas: active.filter((pod) => isPodAvailable(pod, minReadySeconds, now)).length,
      terminatingReplicas: mine.filter((pod) => pod.metadata.deletionTimestamp && !isPodFinished(pod)).length,
      observedGeneration: owner.metadata.generation ?? 0,
    };
    if (!failure) status.conditions = withoutCondition(status.conditions, 'ReplicaFailure');
    // The first failure stays: those that follow name another pod each, and every write would bring this turn back at once.
    else if (!status.conditions?.some((c) => c.type === 'ReplicaFailure')) {
      status.conditions = [
        ...(status.conditions ?? []),
        {
          type: 'ReplicaFailure',
          status: 'True',
          lastTransitionTime: formatTime(now),
          reason: active.length < wanted ? 'FailedCreate' : 'FailedDelete',
          message: messageOf(failure),
        },
      ];
    }
    if (status.conditions?.length === 0) delete status.conditions;
    const draft = kind.withStatus(
      owner,
      omitZeros(status, 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'),
    );
    if (!sameStatus(kind.status(owner), kind.status(draft) ?? {})) await client.updateStatus(kind.resource, draft);
    if (failure) throw failure;
    const wait = untilAvailable(active, minReadySeconds, now);
    if (wait !== undefined) reconciler.queue.addAfter(key, wait);
  }

  return reconciler;
}
