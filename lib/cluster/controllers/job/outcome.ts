import type { Job, JobStatus, Pod } from '../../schema/generated/types.ts';
import { isPodActive } from '../shared/pods.ts';
import { hasFailed, judgeFailure, parseIndexes } from './job-pods.ts';

export interface Outcome {
  type: 'Complete' | 'Failed';
  reason: string;
  message: string;
}

/** Whether and how a job has ended; what was decided once stays. */
export function outcomeOf(current: Job, status: JobStatus, mine: readonly Pod[], now: number): Outcome | undefined {
  const { spec } = current;
  const decided = status.conditions?.find(
    (c) => (c.type === 'SuccessCriteriaMet' || c.type === 'FailureTarget') && c.status === 'True',
  );
  if (decided) {
    const { reason = '', message = '' } = decided;
    return { type: decided.type === 'FailureTarget' ? 'Failed' : 'Complete', reason, message };
  }
  const failed = (reason: string, message: string): Outcome => ({ type: 'Failed', reason, message });
  for (const pod of mine.filter(hasFailed)) {
    const verdict = judgeFailure(current, pod);
    if (verdict?.action === 'FailJob') return failed('PodFailurePolicy', verdict.message);
  }
  const restarted = spec.template.spec?.restartPolicy === 'OnFailure' ? restartsOf(mine) : 0;
  const limit = spec.backoffLimit ?? 6;
  if ((status.failed ?? 0) > limit || (restarted > 0 && restarted >= Math.max(1, limit))) {
    return failed('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  }
  const started = Date.parse(status.startTime ?? '');
  if (spec.activeDeadlineSeconds !== undefined && now - started >= spec.activeDeadlineSeconds * 1000) {
    return failed('DeadlineExceeded', 'Job was active longer than specified deadline');
  }
  if (spec.backoffLimitPerIndex !== undefined) {
    const lost = parseIndexes(status.failedIndexes).length;
    if (spec.maxFailedIndexes !== undefined && lost > spec.maxFailedIndexes) {
      const message = 'Job has exceeded the specified maximal number of failed indexes';
      return failed('MaxFailedIndexesExceeded', message);
    }
    const done = parseIndexes(status.completedIndexes).length;
    if (lost > 0 && lost + done >= (spec.completions ?? 0)) return failed('FailedIndexes', 'Job has failed indexes');
  }
  const rule = successRule(current, status);
  if (rule !== undefined)
    return { type: 'Complete', reason: 'SuccessPolicy', message: `Matched rules at index ${rule}` };
  const succeeded = status.succeeded ?? 0;
  const active = mine.filter(isPodActive).length;
  const complete = spec.completions === undefined ? succeeded > 0 && active === 0 : succeeded >= spec.completions;
  const message = 'Reached expected number of succeeded pods';
  return complete ? { type: 'Complete', reason: 'CompletionsReached', message } : undefined;
}

function restartsOf(mine: readonly Pod[]): number {
  const all = mine.filter(isPodActive).flatMap((pod) => pod.status?.containerStatuses ?? []);
  return all.reduce((n, c) => n + c.restartCount, 0);
}

function successRule(current: Job, status: JobStatus): number | undefined {
  const done = new Set(parseIndexes(status.completedIndexes));
  const index = (current.spec.successPolicy?.rules ?? []).findIndex(({ succeededIndexes, succeededCount }) => {
    const eligible = succeededIndexes === undefined ? [...done] : parseIndexes(succeededIndexes);
    const met = eligible.filter((i) => done.has(i)).length;
    return succeededCount === undefined ? met === eligible.length && met > 0 : met >= succeededCount;
  });
  return index >= 0 ? index : undefined;
}
