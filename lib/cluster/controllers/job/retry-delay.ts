import type { Job, Pod } from '../../schema/generated/types.ts';
import { failuresBefore, failuresWith, hasFailed, indexOf } from './job-pods.ts';

/** Back-off between failed pods: 10 s doubling to 10 minutes. */
const FIRST_BACKOFF = 10_000;
const LONGEST_BACKOFF = 600_000;

const backoff = (failures: number): number => Math.min(FIRST_BACKOFF * 2 ** (failures - 1), LONGEST_BACKOFF);

/** When the last container of a pod ended, in milliseconds; 0 when none has. */
function endOf({ status }: Pod): number {
  const ends = (status?.containerStatuses ?? []).map((c) => Date.parse(c.state?.terminated?.finishedAt ?? '') || 0);
  return Math.max(0, ...ends);
}

/** The failed pod of an index that all earlier ones were replaced by. */
export function lastFailed(mine: readonly Pod[], index: number): Pod | undefined {
  const all = (pod: Pod) => failuresBefore(pod).counted + failuresBefore(pod).ignored;
  return mine
    .filter((pod) => hasFailed(pod) && indexOf(pod) === index)
    .sort((a, b) => all(b) - all(a))
    .at(0);
}

/** How long an index must wait, in milliseconds, until the pod that replaces `before` may start. */
export function indexBackoffLeft(job: Job, before: Pod, now: number): number {
  const { counted, ignored } = failuresWith(job, before);
  return endOf(before) + backoff(counted + ignored) - now;
}

/** How long the next pod of a job must wait because of failures since the last success. */
export function backoffLeft(mine: readonly Pod[], now: number): number {
  const lastSuccess = Math.max(0, ...mine.filter((p) => p.status?.phase === 'Succeeded').map(endOf));
  const failures = mine
    .filter(hasFailed)
    .map(endOf)
    .filter((time) => time > lastSuccess);
  if (failures.length === 0) return 0;
  return Math.max(...failures) + backoff(failures.length) - now;
}
