import { createEventRecorder } from '../../client/event-recorder.ts';
import { startReconciler } from '../../client/reconciler.ts';
import { formatTime, splitKey } from '../../machinery/object.ts';
import { selects } from '../../machinery/selector.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import { jobs, pods } from '../../schema/generated/resources.ts';
import type { Job, JobCondition, JobStatus, Pod } from '../../schema/generated/types.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { omitZeros, sameStatus } from '../shared/conditions.ts';
import { claim, indexByController } from '../shared/ownership.ts';
import { PodControl, slowStart } from '../shared/pod-control.ts';
import { followPods } from '../shared/pod-owners.ts';
import { deletionOrder, isPodActive, isPodReady } from '../shared/pods.ts';
import {
  failsIndex,
  formatIndexes,
  hasFailed,
  indexOf,
  isIndexed,
  isOver,
  jobPod,
  judgeFailure,
  parseIndexes,
  TRACKING,
} from './job-pods.ts';
import { outcomeOf } from './outcome.ts';
import { backoffLeft, indexBackoffLeft, lastFailed } from './retry-delay.ts';

/** Runs pods until enough of them have succeeded (upstream: pkg/controller/job). */
export const job: Controller = { name: 'job-controller', serviceAccount: 'job-controller', start: startJobs };

export function finishedType(j: Job): string | undefined {
  return j.status?.conditions?.find((c) => (c.type === 'Complete' || c.type === 'Failed') && c.status === 'True')?.type;
}

const belongs = (owner: Job, pod: Pod): boolean => selects(owner.spec.selector, pod.metadata.labels);

function startJobs(context: ControllerContext) {
  const { client, informers, clock } = context;
  const informer = informers.informer(jobs);
  const podInformer = informers.informer(pods);
  indexByController(podInformer);
  const events = createEventRecorder({ ...context, component: 'job-controller' });
  const control = new PodControl(client, events, jobs);
  const reconciler = startReconciler({ ...context, informers: [informer, podInformer], reconcile });
  const { queue } = reconciler;
  reconciler.own(...followPods({ resource: jobs, owners: informer, podInformer, queue, matches: belongs }), () =>
    events.stop(),
  );

  async function reconcile(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    let current = informer.get(namespace, name);
    if (!current || current.spec.managedBy) return;
    const mine = await claim({
      client,
      informer: podInformer,
      dependent: pods,
      owner: current,
      ownerResource: jobs,
      matches: (pod) => current !== undefined && belongs(current, pod),
    });
    if (current.metadata.deletionTimestamp || finishedType(current)) {
      return void (await Promise.all(mine.map((pod) => dropFinalizer(pod))));
    }
    current = await count(current, mine);
    await act(key, current, podInformer.byIndex('controller', current.metadata.uid ?? ''));
  }

  /** Counts finished pods once: notes them in the status, takes their finalizer off, then adds them up. */
  async function count(from: Job, mine: readonly Pod[]): Promise<Job> {
    const done = mine.filter((pod) => pod.metadata.finalizers?.includes(TRACKING));
    const phase = (pod: Pod) =>
      pod.status?.phase === 'Succeeded' ? 'succeeded' : hasFailed(pod) ? 'failed' : undefined;
    const noted = new Set([
      ...(from.status?.uncountedTerminatedPods?.succeeded ?? []),
      ...(from.status?.uncountedTerminatedPods?.failed ?? []),
    ]);
    const fresh = done.filter((pod) => phase(pod) && !noted.has(pod.metadata.uid ?? ''));
    if (fresh.length === 0 && noted.size === 0) return from;
    const uids = (p: string) => fresh.filter((pod) => phase(pod) === p).map((pod) => pod.metadata.uid ?? '');
    const ignored = (pod: Pod) => phase(pod) === 'failed' && judgeFailure(from, pod)?.action === 'Ignore';
    const uncounted = {
      succeeded: [...(from.status?.uncountedTerminatedPods?.succeeded ?? []), ...uids('succeeded')],
      failed: [...(from.status?.uncountedTerminatedPods?.failed ?? []), ...uids('failed')],
    };
    const indexes = parseIndexes(from.status?.completedIndexes);
    const succeeded = fresh.filter((pod) => phase(pod) === 'succeeded').map(indexOf);
    let status: JobStatus = { ...from.status, uncountedTerminatedPods: uncounted };
    let current = await client.updateStatus(jobs, { ...from, status });
    await Promise.all(done.filter((pod) => phase(pod)).map((pod) => dropFinalizer(pod)));
    const forgiven = fresh.filter(ignored).length;
    status = {
      ...current.status,
      succeeded: (current.status?.succeeded ?? 0) + uncounted.succeeded.length,
      failed: (current.status?.failed ?? 0) + uncounted.failed.length - forgiven,
      uncountedTerminatedPods: {},
    };
    if (isIndexed(from)) {
      status.completedIndexes = formatIndexes([...indexes, ...succeeded]);
      status.succeeded = parseIndexes(status.completedIndexes).length;
    }
    if (from.spec.backoffLimitPerIndex !== undefined) {
      const lost = fresh.filter((pod) => phase(pod) === 'failed' && failsIndex(from, pod)).map(indexOf);
      status.failedIndexes = formatIndexes([...parseIndexes(from.status?.failedIndexes), ...lost]);
    }
    current = await client.updateStatus(jobs, { ...current, status: omitZeros(status, 'succeeded', 'failed') });
    return current;
  }

  async function act(key: string, current: Job, mine: readonly Pod[]): Promise<void> {
    const { spec } = current;
    const now = clock.now();
    const active = mine.filter(isPodActive);
    const status: JobStatus = { ...current.status };
    const suspended = spec.suspend === true;
    if (!suspended && !status.startTime) status.startTime = formatTime(now);
    const outcome = suspended ? undefined : outcomeOf(current, status, mine, now);
    if (outcome) {
      await removeAll(current, active);
      // Whatever still ran when a job failed has failed with it.
      if (outcome.type === 'Failed') status.failed = (status.failed ?? 0) + active.length;
    } else if (suspended) await removeAll(current, active);
    else await manage(key, current, active, mine);
    if (!outcome) noteSuspension(current, status, suspended, now);
    const left = podInformer.byIndex('controller', current.metadata.uid ?? '');
    const terminating = left.filter((pod) => pod.metadata.deletionTimestamp && !isOver(pod)).length;
    const alive = left.filter(isPodActive);
    status.active = alive.length;
    status.ready = alive.filter(isPodReady).length;
    status.terminating = terminating;
    status.uncountedTerminatedPods ??= {};
    if (spec.backoffLimitPerIndex !== undefined) status.failedIndexes ??= '';
    if (outcome) {
      const early = outcome.type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget';
      setCondition(status, early, outcome.reason, outcome.message, now);
      if (alive.length === 0 && terminating === 0) {
        setCondition(status, outcome.type, outcome.reason, outcome.message, now);
        if (outcome.type === 'Complete') status.completionTime = formatTime(now);
        const complete = outcome.type === 'Complete';
        const [reason, message] = complete ? ['Completed', 'Job completed'] : [outcome.reason, outcome.message];
        events.event(jobs, current, complete ? 'Normal' : 'Warning', reason, message);
      }
    }
    const trimmed = omitZeros(status, 'active', 'succeeded', 'failed');
    if (!sameStatus(current.status, trimmed)) await client.updateStatus(jobs, { ...current, status: trimmed });
    const { activeDeadlineSeconds: limit } = spec;
    if (limit !== undefined && status.startTime && !outcome && !suspended) {
      queue.addAfter(key, Date.parse(status.startTime) + limit * 1000 - now);
    }
  }

  async function manage(key: string, current: Job, active: readonly Pod[], mine: readonly Pod[]): Promise<void> {
    const { parallelism = 1, completions, podReplacementPolicy } = current.spec;
    const succeeded = current.status?.succeeded ?? 0;
    const leaving =
      podReplacementPolicy === 'Failed' ? mine.filter((p) => p.metadata.deletionTimestamp && !isOver(p)) : [];
    let wanted = completions === undefined ? (succeeded > 0 ? active.length : parallelism) : completions - succeeded;
    wanted = Math.min(wanted, parallelism);
    if (active.length > wanted) {
      const surplus = [...active].sort(deletionOrder(() => 0, clock.now())).slice(0, active.length - wanted);
      await Promise.all(surplus.map((pod) => remove(current, pod)));
      return;
    }
    const missing = wanted - active.length - leaving.length;
    if (missing <= 0) return;
    const byIndex = current.spec.backoffLimitPerIndex !== undefined;
    const wait = byIndex ? 0 : backoffLeft(mine, clock.now());
    if (wait > 0) return queue.addAfter(key, wait);
    if (!isIndexed(current)) return slowStart(missing, () => control.create(current, jobPod(current, undefined)));
    const taken = new Set([
      ...parseIndexes(current.status?.completedIndexes),
      ...parseIndexes(current.status?.failedIndexes),
      ...active.map(indexOf),
      ...leaving.map(indexOf),
    ]);
    const free = Array.from({ length: completions ?? 0 }, (_, i) => i).filter((i) => !taken.has(i));
    const next = free
      .slice(0, missing)
      .map((index) => ({ index, before: byIndex ? lastFailed(mine, index) : undefined }));
    const waits = next.map(({ before }) => (before ? indexBackoffLeft(current, before, clock.now()) : 0));
    const due = next.filter((_, i) => (waits[i] ?? 0) <= 0);
    const later = waits.filter((ms) => ms > 0);
    if (later.length > 0) queue.addAfter(key, Math.min(...later));
    await slowStart(due.length, (i) => control.create(current, jobPod(current, due[i]?.index, due[i]?.before)));
  }

  async function removeAll(current: Job, active: readonly Pod[]): Promise<void> {
    await Promise.all(active.map((pod) => remove(current, pod)));
  }

  async function remove(current: Job, pod: Pod): Promise<void> {
    await dropFinalizer(pod);
    await control.delete(current, pod);
  }

  async function dropFinalizer(pod: Pod): Promise<void> {
    const { namespace = '', name, finalizers = [] } = pod.metadata;
    if (!finalizers.includes(TRACKING)) return;
    const left = finalizers.filter((f) => f !== TRACKING);
    const patch = { metadata: { finalizers: left.length > 0 ? left : null } };
    await client.patch(pods, namespace, name, 'merge', patch).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  }

  function noteSuspension(current: Job, status: JobStatus, suspended: boolean, now: number): void {
    const condition = status.conditions?.find((c) => c.type === 'Suspended');
    if (suspended) delete status.startTime;
    if (suspended === (condition?.status === 'True') || (!suspended && !condition)) return;
    const [reason, message] = suspended ? ['JobSuspended', 'Job suspended'] : ['JobResumed', 'Job resumed'];
    setCondition(status, 'Suspended', reason, message, now, suspended ? 'True' : 'False');
    events.event(jobs, current, 'Normal', suspended ? 'Suspended' : 'Resumed', message);
  }

  return reconciler;
}

function setCondition(
  status: JobStatus,
  type: string,
  reason: string,
  message: string,
  now: number,
  value = 'True',
): void {
  const old = status.conditions?.find((c) => c.type === type);
  if (old?.status === value && old.reason === reason && old.message === message) return;
  const time = formatTime(now);
  const condition: JobCondition = {
    type,
    status: value,
    lastProbeTime: time,
    lastTransitionTime: time,
    reason,
    message,
  };
  status.conditions = old
    ? (status.conditions ?? []).map((c) => (c === old ? condition : c))
    : [...(status.conditions ?? []), condition];
}
