import { createEventRecorder } from '../../client/event-recorder.ts';
import { startReconciler } from '../../client/reconciler.ts';
import { deepEqual } from '../../../kit/deep.ts';
import { objectKey, splitKey } from '../../machinery/object.ts';
import { selects } from '../../machinery/selector.ts';
import { controllerrevisions, daemonsets, nodes, pods } from '../../schema/generated/resources.ts';
import type { DaemonSet, DaemonSetStatus, Node, Pod } from '../../schema/generated/types.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { omitZeros, sameStatus } from '../shared/conditions.ts';
import { intOrPercent } from '../shared/int-or-percent.ts';
import { claim, indexByController } from '../shared/ownership.ts';
import { PodControl, slowStart } from '../shared/pod-control.ts';
import { followPods } from '../shared/pod-owners.ts';
import { isPodAvailable, isPodReady, untilAvailable } from '../shared/pods.ts';
import { REVISION_HASH, revisionHash, syncHistory, truncateHistory } from '../shared/revisions.ts';
import { belongsOn, daemonPod, nodeOf } from './daemon-pods.ts';

/** Runs one pod on every node that fits (upstream: pkg/controller/daemon). */
export const daemonSet: Controller = {
  name: 'daemonset-controller',
  serviceAccount: 'daemon-set-controller',
  start: startDaemonSets,
};

const belongs = (set: DaemonSet, pod: Pod): boolean => selects(set.spec.selector, pod.metadata.labels);

function startDaemonSets(context: ControllerContext) {
  const { client, informers, clock } = context;
  const sets = informers.informer(daemonsets);
  const podInformer = informers.informer(pods);
  const nodeInformer = informers.informer(nodes);
  const revisions = informers.informer(controllerrevisions);
  indexByController(podInformer);
  indexByController(revisions);
  const events = createEventRecorder({ ...context, component: 'daemonset-controller' });
  const control = new PodControl(client, events, daemonsets);
  const reconciler = startReconciler({
    ...context,
    informers: [sets, podInformer, nodeInformer, revisions],
    reconcile,
  });
  const { queue } = reconciler;

  const enqueueAll = () => {
    for (const set of sets.list()) queue.add(objectKey(set));
  };
  reconciler.own(
    ...followPods({ resource: daemonsets, owners: sets, podInformer, queue, matches: belongs }),
    nodeInformer.onEvent({
      add: enqueueAll,
      update: (node, old) => {
        if (!deepEqual([node.metadata.labels, node.spec], [old.metadata.labels, old.spec])) enqueueAll();
      },
      delete: enqueueAll,
    }),
    () => events.stop(),
  );

  async function reconcile(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const set = sets.get(namespace, name);
    if (!set) return;
    const mine = await claim({
      client,
      informer: podInformer,
      dependent: pods,
      owner: set,
      ownerResource: daemonsets,
      matches: (pod) => belongs(set, pod),
    });
    if (set.metadata.deletionTimestamp) return;
    const history = await syncHistory({
      client,
      informer: revisions,
      resource: daemonsets,
      owner: set,
      template: set.spec.template,
      hashLabel: REVISION_HASH,
    });
    const hash = revisionHash(history.update);
    await place(set, mine, hash);
    await update(set, hash);
    await writeStatus(set, hash);
    const inUse = new Set(mine.map((pod) => pod.metadata.labels?.[REVISION_HASH] ?? ''));
    await truncateHistory(client, history, inUse, set.spec.revisionHistoryLimit ?? 10);
    const wait = untilAvailable(mine, set.spec.minReadySeconds ?? 0, clock.now());
    if (wait !== undefined) queue.addAfter(key, wait);
  }

  const podsOf = (set: DaemonSet): Pod[] => podInformer.byIndex('controller', set.metadata.uid ?? '');

  function byNode(all: readonly Pod[]): Map<string, Pod[]> {
    const map = new Map<string, Pod[]>();
    for (const pod of all) map.set(nodeOf(pod), [...(map.get(nodeOf(pod)) ?? []), pod]);
    return map;
  }

  /** Starts daemons where they are missing; ends failed, surplus and misplaced ones. */
  async function place(set: DaemonSet, mine: readonly Pod[], hash: string): Promise<void> {
    const daemons = byNode(mine);
    const wanted: Node[] = [];
    const unwanted: Pod[] = [];
    for (const node of nodeInformer.list()) {
      const here = daemons.get(node.metadata.name) ?? [];
      daemons.delete(node.metadata.name);
      const { start, stay } = belongsOn(set, node);
      const alive = here.filter((pod) => !pod.metadata.deletionTimestamp);
      const failed = alive.filter((pod) => pod.status?.phase === 'Failed');
      if (start && here.length === 0) wanted.push(node);
      for (const pod of failed) {
        const message = `Found failed daemon pod ${objectKey(pod)} on node ${node.metadata.name}, will try to kill it`;
        events.event(daemonsets, set, 'Warning', 'FailedDaemonPod', message);
      }
      const healthy = alive.filter((pod) => !failed.includes(pod)).sort(byAge);
      unwanted.push(...failed, ...(stay ? healthy.slice(allowedPods(set)) : healthy));
    }
    // Pods of nodes that are no more.
    for (const left of daemons.values()) unwanted.push(...left.filter((pod) => !pod.metadata.deletionTimestamp));
    await Promise.all(unwanted.map((pod) => control.delete(set, pod)));
    await slowStart(wanted.length, (i) => control.create(set, daemonPod(set, wanted[i]?.metadata.name ?? '', hash)));
  }

  /** While a surge is under way a node has two daemons. */
  function allowedPods(set: DaemonSet): number {
    return intOrPercent(set.spec.updateStrategy?.rollingUpdate?.maxSurge, nodeInformer.list().length, 'up') > 0 ? 2 : 1;
  }

  /** Replaces daemons of older templates, as many at a time as may be unavailable. */
  async function update(set: DaemonSet, hash: string): Promise<void> {
    if (set.spec.updateStrategy?.type === 'OnDelete') return;
    const { maxUnavailable = 1, maxSurge = 0 } = set.spec.updateStrategy?.rollingUpdate ?? {};
    const eligible = nodeInformer.list().filter((node) => belongsOn(set, node).start);
    const daemons = byNode(podsOf(set));
    const surge = intOrPercent(maxSurge, eligible.length, 'up');
    const available = (pod: Pod) => isPodAvailable(pod, set.spec.minReadySeconds ?? 0, clock.now());
    const outdated = (pod: Pod) => pod.metadata.labels?.[REVISION_HASH] !== hash;
    if (surge > 0) return surgeOver(set, hash, daemons, surge, available);
    let room = Math.max(1, intOrPercent(maxUnavailable, eligible.length, 'up'));
    const broken: Pod[] = [];
    const candidates: Pod[] = [];
    for (const node of eligible) {
      const here = (daemons.get(node.metadata.name) ?? []).filter((pod) => !pod.metadata.deletionTimestamp);
      const [pod] = here;
      if (!pod || !available(pod)) {
        room--;
        if (pod && outdated(pod)) broken.push(pod);
      } else if (outdated(pod)) candidates.push(pod);
    }
    const next = [...broken, ...candidates.slice(0, Math.max(0, room))];
    await Promise.all(next.map((pod) => control.delete(set, pod)));
  }

  /** Starts new daemons beside old ones, which go when the new ones are available. */
  async function surgeOver(
    set: DaemonSet,
    hash: string,
    daemons: ReadonlyMap<string, Pod[]>,
    surge: number,
    available: (pod: Pod) => boolean,
  ): Promise<void> {
    let starting = 0;
    const wanted: string[] = [];
    for (const [node, here] of daemons) {
      const fresh = here.find(
        (pod) => pod.metadata.labels?.[REVISION_HASH] === hash && !pod.metadata.deletionTimestamp,
      );
      const old = here.filter(
        (pod) => pod.metadata.labels?.[REVISION_HASH] !== hash && !pod.metadata.deletionTimestamp,
      );
      if (old.length === 0) continue;
      if (fresh && available(fresh)) await Promise.all(old.map((pod) => control.delete(set, pod)));
      else if (fresh) starting++;
      else wanted.push(node);
    }
    const now = wanted.slice(0, Math.max(0, surge - starting));
    await slowStart(now.length, (i) => control.create(set, daemonPod(set, now[i] ?? '', hash)));
  }

  async function writeStatus(set: DaemonSet, hash: string): Promise<void> {
    const daemons = byNode(podsOf(set));
    const counts = { desired: 0, current: 0, misscheduled: 0, ready: 0, available: 0, updated: 0 };
    for (const node of nodeInformer.list()) {
      const here = (daemons.get(node.metadata.name) ?? []).sort(byAge);
      const pod = here.find((p) => !p.metadata.deletionTimestamp) ?? here[0];
      if (!belongsOn(set, node).start) {
        if (pod) counts.misscheduled++;
        continue;
      }
      counts.desired++;
      if (!pod) continue;
      counts.current++;
      if (pod.metadata.labels?.[REVISION_HASH] === hash) counts.updated++;
      if (!isPodReady(pod) || pod.metadata.deletionTimestamp) continue;
      counts.ready++;
      if (isPodAvailable(pod, set.spec.minReadySeconds ?? 0, clock.now())) counts.available++;
    }
    const status = omitZeros<DaemonSetStatus>(
      {
        ...set.status,
        currentNumberScheduled: counts.current,
        desiredNumberScheduled: counts.desired,
        numberMisscheduled: counts.misscheduled,
        numberReady: counts.ready,
        numberAvailable: counts.available,
        numberUnavailable: counts.desired - counts.available,
        updatedNumberScheduled: counts.updated,
        observedGeneration: set.metadata.generation ?? 0,
      },
      'numberAvailable',
      'numberUnavailable',
      'updatedNumberScheduled',
    );
    if (!sameStatus(set.status, status)) await client.updateStatus(daemonsets, { ...set, status });
  }

  return reconciler;
}

const byAge = (a: Pod, b: Pod): number =>
  (a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? -1 : 1;
