import { startReconciler } from '../../client/reconciler.ts';
import { createEventRecorder } from '../../client/event-recorder.ts';
import { controllerOf, formatTime, objectKey, splitKey } from '../../machinery/object.ts';
import { selects } from '../../machinery/selector.ts';
import {
  deployments,
  poddisruptionbudgets,
  pods,
  replicasets,
  replicationcontrollers,
  statefulsets,
} from '../../schema/generated/resources.ts';
import type { Pod, PodDisruptionBudget, PodDisruptionBudgetStatus } from '../../schema/generated/types.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { sameStatus } from '../shared/conditions.ts';
import { intOrPercent } from '../shared/int-or-percent.ts';
import { isPodActive, isPodFinished, isPodReady } from '../shared/pods.ts';

/** Says in budgets how many pods may be evicted now (upstream: pkg/controller/disruption). */
export const disruption: Controller = {
  name: 'disruption-controller',
  serviceAccount: 'disruption-controller',
  start: startDisruption,
};

/** An eviction whose pod has not gone by then does not count any more. */
const EVICTION_TIMEOUT = 120_000;

function startDisruption(context: ControllerContext) {
  const { client, informers, clock } = context;
  const budgets = informers.informer(poddisruptionbudgets);
  const podInformer = informers.informer(pods);
  const sets = informers.informer(replicasets);
  const controllers = informers.informer(replicationcontrollers);
  const stateful = informers.informer(statefulsets);
  const owners = informers.informer(deployments);
  const events = createEventRecorder({ ...context, component: 'controllermanager' });
  const scaled = [sets, controllers, stateful, owners];
  const reconciler = startReconciler({ ...context, informers: [budgets, podInformer, ...scaled], reconcile });
  const { queue } = reconciler;
  const enqueueFor = (pod: Pod) => {
    for (const budget of budgets.list(pod.metadata.namespace ?? '')) {
      if (selects(budget.spec?.selector, pod.metadata.labels)) queue.add(objectKey(budget));
    }
  };
  const enqueueIn = ({ metadata: { namespace = '' } }: { metadata: { namespace?: string } }) => {
    for (const budget of budgets.list(namespace)) queue.add(objectKey(budget));
  };
  const resized = {
    update(
      object: { metadata: { namespace?: string; generation?: number } },
      old: { metadata: { generation?: number } },
    ) {
      if (object.metadata.generation !== old.metadata.generation) enqueueIn(object);
    },
  };
  reconciler.own(
    budgets.onEvent({ add: (b) => queue.add(objectKey(b)), update: (b) => queue.add(objectKey(b)) }),
    podInformer.onEvent({ add: enqueueFor, update: enqueueFor, delete: enqueueFor }),
    ...scaled.map((informer) => informer.onEvent(resized)),
    () => events.stop(),
  );

  /** How many pods the owners of these pods want, all together; undefined when an owner has no scale. */
  function expectedBy(selected: readonly Pod[]): number | undefined {
    const sizes = new Map<string, number>();
    for (const pod of selected) {
      const owner = controllerOf(pod);
      if (!owner) continue;
      const namespace = pod.metadata.namespace ?? '';
      if (owner.kind === 'ReplicaSet') {
        const set = sets.get(namespace, owner.name);
        const parent = set && controllerOf(set);
        const above = parent?.kind === 'Deployment' ? owners.get(namespace, parent.name) : undefined;
        const scale = above ?? set;
        if (scale) sizes.set(scale.metadata.uid ?? '', scale.spec.replicas ?? 1);
      } else {
        const scale =
          owner.kind === 'StatefulSet' ? stateful.get(namespace, owner.name) : controllers.get(namespace, owner.name);
        if (!scale) return undefined;
        sizes.set(owner.uid, scale.spec.replicas ?? 1);
      }
    }
    return [...sizes.values()].reduce((a, b) => a + b, 0);
  }

  async function reconcile(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const budget = budgets.get(namespace, name);
    if (!budget) return;
    const selected = podInformer
      .list(namespace)
      .filter((pod) => selects(budget.spec?.selector, pod.metadata.labels) && !isPodFinished(pod));
    const status = statusFor(budget, selected);
    if (!sameStatus(budget.status, status)) await client.updateStatus(poddisruptionbudgets, { ...budget, status });
  }

  function statusFor(budget: PodDisruptionBudget, selected: readonly Pod[]): PodDisruptionBudgetStatus {
    const { minAvailable, maxUnavailable } = budget.spec ?? {};
    const now = clock.now();
    if (selected.length === 0) events.event(poddisruptionbudgets, budget, 'Normal', 'NoPods', 'No matching pods found');
    const byScale = maxUnavailable !== undefined || typeof minAvailable === 'string';
    const expected = byScale ? (expectedBy(selected) ?? selected.length) : selected.length;
    const desired =
      maxUnavailable !== undefined
        ? Math.max(0, expected - intOrPercent(maxUnavailable, expected, 'up'))
        : intOrPercent(minAvailable, expected, 'up');
    const evicted = Object.fromEntries(
      Object.entries(budget.status?.disruptedPods ?? {}).filter(([pod, at]) => {
        const there = selected.find((p) => p.metadata.name === pod);
        return there && !there.metadata.deletionTimestamp && Date.parse(at) + EVICTION_TIMEOUT > now;
      }),
    );
    const healthy = selected.filter((p) => isPodActive(p) && isPodReady(p) && !(p.metadata.name in evicted)).length;
    const allowed = expected > 0 ? Math.max(0, healthy - desired) : 0;
    const value = allowed > 0 ? 'True' : 'False';
    const reason = allowed > 0 ? 'SufficientPods' : 'InsufficientPods';
    const old = budget.status?.conditions?.find((c) => c.type === 'DisruptionAllowed');
    const observedGeneration = budget.metadata.generation ?? 0;
    const condition = {
      type: 'DisruptionAllowed',
      status: value,
      observedGeneration,
      lastTransitionTime: old?.status === value ? old.lastTransitionTime : formatTime(now),
      reason,
      message: '',
    };
    return {
      conditions: [condition],
      currentHealthy: healthy,
      desiredHealthy: desired,
      ...(Object.keys(evicted).length > 0 ? { disruptedPods: evicted } : {}),
      disruptionsAllowed: allowed,
      expectedPods: expected,
      observedGeneration,
    };
  }

  return reconciler;
}
