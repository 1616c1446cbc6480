import { createEventRecorder } from '../../client/event-recorder.ts';
import { startReconciler } from '../../client/reconciler.ts';
import { controllerOf, formatTime, objectKey, splitKey } from '../../machinery/object.ts';
import { isAlreadyExists, isNotFound } from '../../machinery/status-error.ts';
import { cronjobs, jobs } from '../../schema/generated/resources.ts';
import type { CronJob, CronJobStatus, Job, ObjectReference } from '../../schema/generated/types.ts';
import { deepClone } from '../../../kit/deep.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { finishedType } from '../job/index.ts';
import { sameStatus } from '../shared/conditions.ts';
import { controlledBy, controllerReference, indexByController } from '../shared/ownership.ts';
import { messageOf } from '../shared/pod-control.ts';
import { nextTime } from './schedule.ts';

/** Starts jobs by the clock (upstream: pkg/controller/cronjob). */
export const cronJob: Controller = {
  name: 'cronjob-controller',
  serviceAccount: 'cronjob-controller',
  start: startCronJobs,
};

/** After more missed times than this, upstream only warns. */
const MANY_MISSED = 100;

function startCronJobs(context: ControllerContext) {
  const { client, informers, clock } = context;
  const informer = informers.informer(cronjobs);
  const jobInformer = informers.informer(jobs);
  indexByController(jobInformer);
  const events = createEventRecorder({ ...context, component: 'cronjob-controller' });
  const reconciler = startReconciler({ ...context, informers: [informer, jobInformer], reconcile });
  const { queue } = reconciler;
  const enqueueOwner = (child: Job) => {
    const owner = controllerOf(child);
    if (owner?.kind === 'CronJob') queue.add(`${child.metadata.namespace}/${owner.name}`);
  };
  reconciler.own(
    informer.onEvent({ add: (c) => queue.add(objectKey(c)), update: (c) => queue.add(objectKey(c)) }),
    jobInformer.onEvent({ add: enqueueOwner, update: enqueueOwner, delete: enqueueOwner }),
    () => events.stop(),
  );

  async function reconcile(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const cron = informer.get(namespace, name);
    if (!cron) return;
    const children = controlledBy(jobInformer, cron);
    await cleanUp(cron, children);
    const status = follow(cron, children);
    if (!cron.metadata.deletionTimestamp && !cron.spec.suspend) await schedule(key, cron, status, children);
    if (!sameStatus(cron.status, status)) await client.updateStatus(cronjobs, { ...cron, status });
  }

  /** The list of active jobs, brought up to date with what the jobs say. */
  function follow(cron: CronJob, children: readonly Job[]): CronJobStatus {
    const status: CronJobStatus = { ...cron.status };
    let active = [...(status.active ?? [])];
    for (const child of children) {
      const listed = active.some((a) => a.uid === child.metadata.uid);
      const finished = finishedType(child);
      if (!listed && !finished) {
        const message = `Saw a job that the controller did not create or forgot: ${child.metadata.name}`;
        events.event(cronjobs, cron, 'Warning', 'UnexpectedJob', message);
      } else if (listed && finished) {
        active = active.filter((a) => a.uid !== child.metadata.uid);
        const message = `Saw completed job: ${child.metadata.name}, condition: ${finished}`;
        events.event(cronjobs, cron, 'Normal', 'SawCompletedJob', message);
      }
      const { completionTime } = child.status ?? {};
      if (finished === 'Complete' && completionTime && completionTime > (status.lastSuccessfulTime ?? '')) {
        status.lastSuccessfulTime = completionTime;
      }
    }
    active = active.filter((a) => {
      const there = children.some((child) => child.metadata.uid === a.uid);
      if (!there) events.event(cronjobs, cron, 'Normal', 'MissingJob', `Active job went missing: ${a.name}`);
      return there;
    });
    if (active.length > 0) status.active = active;
    else delete status.active;
    return status;
  }

  async function schedule(key: string, cron: CronJob, status: CronJobStatus, children: readonly Job[]): Promise<void> {
    const { spec } = cron;
    const now = clock.now();
    const zone = spec.timeZone ?? 'UTC';
    const upcoming = nextTime(spec.schedule, now, zone);
    if (upcoming !== undefined) queue.addAfter(key, upcoming - now + 100);
    const due = lastDue(cron, status, now, zone);
    if (due === undefined) return;
    const limit = spec.startingDeadlineSeconds;
    if (limit !== undefined && due + limit * 1000 < now) {
      const message = `Missed scheduled time to start a job: ${new Date(due).toUTCString()}`;
      return events.event(cronjobs, cron, 'Warning', 'MissSchedule', message);
    }
    const { name, namespace = '' } = cron.metadata;
    const jobName = `${name}-${Math.floor(due / 60_000)}`;
    if (children.some((child) => child.metadata.name === jobName)) return;
    if (spec.concurrencyPolicy === 'Forbid' && status.active?.length) {
      const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
      return events.event(cronjobs, cron, 'Normal', 'JobAlreadyActive', message);
    }
    if (spec.concurrencyPolicy === 'Replace') {
      for (const a of status.active ?? []) await remove(cron, a.name ?? '', namespace);
      delete status.active;
    }
    await create(cron, status, jobName, due);
  }

  async function create(cron: CronJob, status: CronJobStatus, name: string, due: number): Promise<void> {
    const { namespace = '' } = cron.metadata;
    const { metadata, spec } = deepClone(cron.spec.jobTemplate);
    const annotations = {
      ...metadata?.annotations,
      'batch.kubernetes.io/cronjob-scheduled-timestamp': formatTime(due),
    };
    try {
      const created = await client.create(jobs, {
        metadata: {
          name,
          namespace,
          ...(metadata?.labels ? { labels: metadata.labels } : {}),
          annotations,
          ownerReferences: [controllerReference(cronjobs, cron)],
        },
        spec: spec ?? { template: {} },
      });
      events.event(cronjobs, cron, 'Normal', 'SuccessfulCreate', `Created job ${name}`);
      const { uid = '', resourceVersion = '' } = created.metadata;
      const reference: ObjectReference = { apiVersion: 'batch/v1', kind: 'Job', name, namespace, resourceVersion, uid };
      status.active = [...(status.active ?? []), reference];
      status.lastScheduleTime = formatTime(due);
    } catch (error) {
      if (isAlreadyExists(error)) return;
      events.event(cronjobs, cron, 'Warning', 'FailedCreate', `Error creating job: ${messageOf(error)}`);
      throw error;
    }
  }

  /** The latest time that has come since the last job was started. */
  function lastDue(cron: CronJob, status: CronJobStatus, now: number, zone: string): number | undefined {
    const { spec, metadata } = cron;
    const since = Date.parse(status.lastScheduleTime ?? metadata.creationTimestamp ?? '') || now;
    const earliest = spec.startingDeadlineSeconds === undefined ? since : now - spec.startingDeadlineSeconds * 1000;
    let due: number | undefined;
    let time = nextTime(spec.schedule, Math.max(since, earliest), zone);
    for (let missed = 0; time !== undefined && time <= now; missed++) {
      due = time;
      if (missed === MANY_MISSED) {
        const message =
          'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
        events.event(cronjobs, cron, 'Warning', 'TooManyMissedTimes', message);
        time = nextTime(spec.schedule, now - 86_400_000, zone);
        if (time === undefined || time > now) return due;
      }
      time = nextTime(spec.schedule, time, zone);
    }
    return due;
  }

  /** Deletes finished jobs beyond the history limits. */
  async function cleanUp(cron: CronJob, children: readonly Job[]): Promise<void> {
    const { successfulJobsHistoryLimit: successful = 3, failedJobsHistoryLimit: failed = 1 } = cron.spec;
    for (const [type, limit] of [
      ['Complete', successful],
      ['Failed', failed],
    ] as const) {
      const done = children
        .filter((child) => finishedType(child) === type && !child.metadata.deletionTimestamp)
        .sort((a, b) => ((a.status?.startTime ?? '') < (b.status?.startTime ?? '') ? -1 : 1));
      for (const child of done.slice(0, Math.max(0, done.length - limit))) {
        await remove(cron, child.metadata.name, cron.metadata.namespace ?? '');
      }
    }
  }

  async function remove(cron: CronJob, name: string, namespace: string): Promise<void> {
    try {
      await client.delete(jobs, namespace, name, { propagationPolicy: 'Background' });
    } catch (error) {
      if (isNotFound(error)) return;
      throw error;
    }
    events.event(cronjobs, cron, 'Normal', 'SuccessfulDelete', `Deleted job ${name}`);
  }

  return reconciler;
}
