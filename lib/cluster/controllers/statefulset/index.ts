import { createEventRecorder } from '../../client/event-recorder.ts';
import { startReconciler } from '../../client/reconciler.ts';
import { splitKey } from '../../machinery/object.ts';
import { selects } from '../../machinery/selector.ts';
import { isAlreadyExists, isNotFound } from '../../machinery/status-error.ts';
import { controllerrevisions, persistentvolumeclaims, pods, statefulsets } from '../../schema/generated/resources.ts';
import type { Pod, StatefulSet, StatefulSetStatus } from '../../schema/generated/types.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { omitZeros, sameStatus } from '../shared/conditions.ts';
import { intOrPercent } from '../shared/int-or-percent.ts';
import { claim, indexByController } from '../shared/ownership.ts';
import { messageOf } from '../shared/pod-control.ts';
import { followPods } from '../shared/pod-owners.ts';
import { isPodAvailable, isPodFinished, isPodReady, untilAvailable } from '../shared/pods.ts';
import {
  REVISION_HASH,
  STATEFUL_REVISION_HASH,
  syncHistory,
  templateOf,
  truncateHistory,
  type History,
} from '../shared/revisions.ts';
import { claimName, claimsFor, ordinalOf, retention, statefulPod } from './stateful-pods.ts';

/** Runs pods that keep their name and storage (upstream: pkg/controller/statefulset). */
export const statefulSet: Controller = {
  name: 'statefulset-controller',
  serviceAccount: 'statefulset-controller',
  start: startStatefulSets,
};

const belongs = (set: StatefulSet, pod: Pod): boolean =>
  selects(set.spec.selector, pod.metadata.labels) && ordinalOf(set, pod) !== undefined;

interface Turn {
  set: StatefulSet;
  history: History;
  /** Names of the revisions to come from and to go to. */
  current: string;
  update: string;
  available(this: void, pod: Pod): boolean;
}

function startStatefulSets(context: ControllerContext) {
  const { client, informers, clock } = context;
  const sets = informers.informer(statefulsets);
  const podInformer = informers.informer(pods);
  const claims = informers.informer(persistentvolumeclaims);
  const revisions = informers.informer(controllerrevisions);
  indexByController(podInformer);
  indexByController(revisions);
  const events = createEventRecorder({ ...context, component: 'statefulset-controller' });
  const reconciler = startReconciler({ ...context, informers: [sets, podInformer, claims, revisions], reconcile });
  const { queue } = reconciler;
  reconciler.own(...followPods({ resource: statefulsets, owners: sets, podInformer, queue, matches: belongs }), () =>
    events.stop(),
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
      ownerResource: statefulsets,
      matches: (pod) => belongs(set, pod),
    });
    const history = await syncHistory({
      client,
      informer: revisions,
      resource: statefulsets,
      owner: set,
      template: set.spec.template,
      hashLabel: STATEFUL_REVISION_HASH,
    });
    const update = history.update.metadata.name;
    const known = history.all.some((revision) => revision.metadata.name === set.status?.currentRevision);
    const turn: Turn = {
      set,
      history,
      update,
      current: (known && set.status?.currentRevision) || update,
      available: (pod) => isPodAvailable(pod, set.spec.minReadySeconds ?? 0, clock.now()),
    };
    const failure = set.metadata.deletionTimestamp ? undefined : await act(turn, mine).catch((error: unknown) => error);
    const left = podInformer.byIndex('controller', set.metadata.uid ?? '');
    // As the pods were before this turn: what it has changed brings the next one.
    const { current } = await writeStatus(turn, mine);
    const inUse = new Set([current, update, ...left.map((pod) => pod.metadata.labels?.[REVISION_HASH] ?? '')]);
    await truncateHistory(client, history, inUse, set.spec.revisionHistoryLimit ?? 10);
    if (failure) throw failure instanceof Error ? failure : new Error(messageOf(failure));
    const wait = untilAvailable(left, set.spec.minReadySeconds ?? 0, clock.now());
    if (wait !== undefined) queue.addAfter(key, wait);
  }

  /** Creates in order, scales down in reverse order, then updates in reverse order; one at a time unless Parallel. */
  async function act(turn: Turn, mine: readonly Pod[]): Promise<void> {
    const { set } = turn;
    const parallel = set.spec.podManagementPolicy === 'Parallel';
    const first = set.spec.ordinals?.start ?? 0;
    const last = first + (set.spec.replicas ?? 1) - 1;
    const byOrdinal = new Map(mine.map((pod) => [ordinalOf(set, pod) ?? -1, pod]));
    for (let ordinal = first; ordinal <= last; ordinal++) {
      const pod = byOrdinal.get(ordinal);
      if (pod && isPodFinished(pod) && !pod.metadata.deletionTimestamp) {
        await remove(set, pod);
        return;
      }
      if (!pod) {
        await create(turn, ordinal);
        if (!parallel) return;
        continue;
      }
      await keepClaims(set, ordinal, pod, false);
      if (!parallel && (pod.metadata.deletionTimestamp || !turn.available(pod))) return;
    }
    const surplus = [...byOrdinal].filter(([ordinal]) => ordinal < first || ordinal > last).sort(([a], [b]) => b - a);
    const firstUnavailable = surplus.findLast(([, pod]) => !turn.available(pod))?.[1];
    for (const [ordinal, pod] of surplus) {
      const isTurn = turn.available(pod) || pod === firstUnavailable || pod.metadata.deletionTimestamp;
      if (!parallel && !isTurn) return;
      await keepClaims(set, ordinal, pod, true);
      if (!pod.metadata.deletionTimestamp) await remove(set, pod);
      if (!parallel) return;
    }
    if (set.spec.updateStrategy?.type !== 'OnDelete') await rollOut(turn, byOrdinal, first, last);
  }

  async function rollOut(turn: Turn, byOrdinal: ReadonlyMap<number, Pod>, first: number, last: number): Promise<void> {
    const { set } = turn;
    const { partition = 0, maxUnavailable } = set.spec.updateStrategy?.rollingUpdate ?? {};
    const allowed = Math.max(1, intOrPercent(maxUnavailable ?? 1, last - first + 1, 'up'));
    let unavailable = 0;
    for (let ordinal = last; ordinal >= first + partition; ordinal--) {
      const pod = byOrdinal.get(ordinal);
      if (!pod) continue;
      if (pod.metadata.labels?.[REVISION_HASH] !== turn.update && !pod.metadata.deletionTimestamp) {
        await remove(set, pod);
        unavailable++;
      } else if (!turn.available(pod)) unavailable++;
      if (unavailable >= allowed) return;
    }
  }

  async function create(turn: Turn, ordinal: number): Promise<void> {
    const { set, current, update, history } = turn;
    const first = set.spec.ordinals?.start ?? 0;
    const { partition = 0 } = set.spec.updateStrategy?.rollingUpdate ?? {};
    const rolling = set.spec.updateStrategy?.type !== 'OnDelete';
    const name = rolling && ordinal < first + partition ? current : update;
    const revision = history.all.find((r) => r.metadata.name === name) ?? history.update;
    await createClaims(set, ordinal);
    const pod = statefulPod(set, templateOf(revision) ?? set.spec.template, name, ordinal);
    const what = `Create Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
    try {
      await client.create(pods, pod);
    } catch (error) {
      if (isAlreadyExists(error)) return;
      events.event(statefulsets, set, 'Warning', 'FailedCreate', `${what} failed error: ${messageOf(error)}`);
      throw error;
    }
    events.event(statefulsets, set, 'Normal', 'SuccessfulCreate', `${what} successful`);
  }

  async function createClaims(set: StatefulSet, ordinal: number): Promise<void> {
    for (const draft of claimsFor(set, ordinal)) {
      const { namespace = '', name } = draft.metadata;
      if (claims.get(namespace, name)) continue;
      const what = `Create Claim ${name} Pod ${set.metadata.name}-${ordinal} in StatefulSet ${set.metadata.name}`;
      try {
        await client.create(persistentvolumeclaims, draft);
      } catch (error) {
        if (isAlreadyExists(error)) continue;
        events.event(statefulsets, set, 'Warning', 'FailedCreate', `${what} failed error: ${messageOf(error)}`);
        throw error;
      }
      events.event(statefulsets, set, 'Normal', 'SuccessfulCreate', `${what} success`);
    }
  }

  async function keepClaims(set: StatefulSet, ordinal: number, pod: Pod, scaledDown: boolean): Promise<void> {
    for (const template of set.spec.volumeClaimTemplates ?? []) {
      const found = claims.get(set.metadata.namespace ?? '', claimName(set, template, ordinal));
      const ownerReferences = found && retention(set, found, pod, scaledDown);
      if (!ownerReferences) continue;
      await client.update(persistentvolumeclaims, { ...found, metadata: { ...found.metadata, ownerReferences } });
    }
  }

  async function remove(set: StatefulSet, pod: Pod): Promise<void> {
    const { namespace = '', name, uid } = pod.metadata;
    const what = `Delete Pod ${name} in StatefulSet ${set.metadata.name}`;
    try {
      await client.delete(pods, namespace, name, uid ? { preconditions: { uid } } : {});
    } catch (error) {
      if (isNotFound(error)) return;
      events.event(statefulsets, set, 'Warning', 'FailedDelete', `${what} failed error: ${messageOf(error)}`);
      throw error;
    }
    events.event(statefulsets, set, 'Normal', 'SuccessfulDelete', `${what} successful`);
  }

  async function writeStatus(turn: Turn, mine: readonly Pod[]): Promise<{ current: string }> {
    const { set, update } = turn;
    const alive = mine.filter((pod) => !isPodFinished(pod));
    const steady = alive.filter((pod) => !pod.metadata.deletionTimestamp);
    const of = (revision: string) => steady.filter((pod) => pod.metadata.labels?.[REVISION_HASH] === revision).length;
    const ready = alive.filter(isPodReady).length;
    const wanted = set.spec.replicas ?? 1;
    const rolling = set.spec.updateStrategy?.type !== 'OnDelete';
    const done = rolling && of(update) === wanted && ready === wanted && alive.length === wanted;
    const current = done ? update : turn.current;
    const status = omitZeros<StatefulSetStatus>(
      {
        ...set.status,
        observedGeneration: set.metadata.generation ?? 0,
        replicas: alive.length,
        readyReplicas: ready,
        availableReplicas: alive.filter(turn.available).length,
        currentReplicas: of(current),
        updatedReplicas: of(update),
        currentRevision: current,
        updateRevision: update,
        collisionCount: set.status?.collisionCount ?? 0,
      },
      'readyReplicas',
      'currentReplicas',
      'updatedReplicas',
    );
    const latest = sets.get(set.metadata.namespace ?? '', set.metadata.name) ?? set;
    if (!sameStatus(latest.status, status)) await client.updateStatus(statefulsets, { ...latest, status });
    return { current };
  }

  return reconciler;
}
