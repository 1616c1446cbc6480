import { deepEqual } from '../../../kit/deep.ts';
import { duplicate, invalid, invalidUnshown, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import type { Job, JobStatus } from '../../schema/generated/types.ts';
import { nonNegative } from '../shared/field-rules.ts';
import { internalForm } from '../shared/internal-form.ts';
import { countIndexes, firstOverlap } from './indexes.ts';

const AT = FieldPath.of('status');
const CONDITIONS = AT.child('conditions');
const COUNTERS = ['active', 'succeeded', 'failed', 'ready', 'terminating'] as const;

type Outcome = 'Complete' | 'Failed' | 'FailureTarget' | 'SuccessCriteriaMet';

/** What a Job's conditions say of its end. */
function outcomesOf({ status }: Job): Record<Outcome, boolean> & { over: boolean } {
  const is = (type: Outcome) => (status?.conditions ?? []).some((c) => c.type === type && c.status === 'True');
  const [Complete, Failed] = [is('Complete'), is('Failed')];
  return {
    Complete,
    Failed,
    FailureTarget: is('FailureTarget'),
    SuccessCriteriaMet: is('SuccessCriteriaMet'),
    over: Complete || Failed,
  };
}

/** A rule of one line: what is wrong, if it holds. */
const when = (holds: unknown, error: () => FieldError): FieldError[] => (holds ? [error()] : []);
const conditions = (holds: unknown, why: string) => when(holds, () => invalidUnshown(CONDITIONS, why));

function validateUncounted({ uncountedTerminatedPods: uncounted }: JobStatus): FieldError[] {
  const at = AT.child('uncountedTerminatedPods');
  const seen = new Set<string>();
  return (['succeeded', 'failed'] as const).flatMap((field) =>
    (uncounted?.[field] ?? []).flatMap((uid, i) => {
      const here = at.child(field).index(i);
      if (uid === '') return [invalid(here, uid, 'must not be empty')];
      if (seen.has(uid)) return [duplicate(here, uid)];
      seen.add(uid);
      return [];
    }),
  );
}

/** Which parts of a status a request changes: only those are held against the rules of their transition. */
function changesOf(now: Job, before: Job) {
  const [is, was] = [outcomesOf(now), outcomesOf(before)];
  const changed = (field: keyof JobStatus) => !deepEqual(now.status?.[field], before.status?.[field]);
  return { is, was, changed, turned: (outcome: Outcome | 'over') => is[outcome] !== was[outcome] };
}

type Changes = ReturnType<typeof changesOf>;

function validateTimes({ status = {} }: Job, { is, changed, turned }: Changes): FieldError[] {
  const { startTime, completionTime } = status;
  const at = AT.child('completionTime');
  const mayFail = turned('Complete') || changed('completionTime');
  const early = startTime && completionTime && Date.parse(completionTime) < Date.parse(startTime);
  return [
    ...when(mayFail && completionTime && !is.Complete, () =>
      invalid(at, completionTime, 'cannot set completionTime when there is no Complete=True condition'),
    ),
    ...when(mayFail && !completionTime && is.Complete, () =>
      required(at, 'completionTime is required for Complete jobs'),
    ),
    ...when((changed('startTime') || changed('completionTime')) && early, () =>
      invalid(at, completionTime, 'completionTime cannot be set before startTime'),
    ),
  ];
}

/** A Job that ends has no pods left that run or are yet to be counted. */
function validateEnd({ status = {} }: Job, { is, changed, turned }: Changes): FieldError[] {
  if (!is.over) return [];
  const ends = (field: keyof JobStatus) => turned('over') || changed(field);
  const { active = 0, startTime, uncountedTerminatedPods: uncounted } = status;
  const left = (uncounted?.failed?.length ?? 0) + (uncounted?.succeeded?.length ?? 0);
  return [
    ...when(ends('active') && active > 0, () =>
      invalid(AT.child('active'), active, 'active>0 is invalid for finished job'),
    ),
    ...when(ends('startTime') && !startTime, () =>
      required(AT.child('startTime'), 'startTime is required for finished job'),
    ),
    ...when(ends('uncountedTerminatedPods') && left > 0, () =>
      invalid(
        AT.child('uncountedTerminatedPods'),
        internalForm('UncountedTerminatedPods', uncounted),
        'uncountedTerminatedPods needs to be empty for finished job',
      ),
    ),
  ];
}

function validateIndexes({ spec, status = {} }: Job, { changed }: Changes): FieldError[] {
  const { completedIndexes = '', failedIndexes } = status;
  const { completions, backoffLimitPerIndex, completionMode } = spec;
  const [completedAt, failedAt] = [AT.child('completedIndexes'), AT.child('failedIndexes')];
  const [completedChanged, failedChanged] = [changed('completedIndexes'), changed('failedIndexes')];
  const unparsed = (at: FieldPath, text: string, name: string): FieldError[] => {
    const count = completions === undefined ? undefined : countIndexes(text, completions);
    return count && !count.ok ? [invalid(at, text, `error parsing ${name}: ${count.error}`)] : [];
  };
  const perIndex = backoffLimitPerIndex !== undefined;
  const overlap =
    completions === undefined ? undefined : firstOverlap(completedIndexes, failedIndexes ?? '', completions);
  return [
    ...(completedChanged ? unparsed(completedAt, completedIndexes, 'completedIndexes') : []),
    ...(failedChanged && perIndex ? unparsed(failedAt, failedIndexes ?? '', 'failedIndexes') : []),
    ...when(completedChanged && completedIndexes && completionMode !== 'Indexed', () =>
      invalid(completedAt, completedIndexes, 'cannot set non-empty completedIndexes when non-indexed completion mode'),
    ),
    ...when(failedChanged && !perIndex && failedIndexes !== undefined, () =>
      invalid(failedAt, failedIndexes, 'cannot set non-null failedIndexes when backoffLimitPerIndex is null'),
    ),
    ...when((failedChanged || completedChanged) && overlap !== undefined, () =>
      invalid(failedAt, failedIndexes, `failedIndexes and completedIndexes overlap at index: ${overlap}`),
    ),
  ];
}

function validatePods({ status = {} }: Job, { is, changed, turned }: Changes): FieldError[] {
  const { active = 0, ready, terminating = 0 } = status;
  return [
    ...when((turned('over') || changed('terminating')) && is.over && terminating > 0, () =>
      invalid(AT.child('terminating'), terminating, 'terminating>0 is invalid for finished job'),
    ),
    ...when((changed('ready') || changed('active')) && ready !== undefined && ready > active, () =>
      invalid(AT.child('ready'), ready, 'cannot set more ready pods than active'),
    ),
  ];
}

function validateOutcomes({ is, changed, turned }: Changes): FieldError[] {
  return [
    ...conditions(
      (turned('Failed') || changed('failedIndexes')) && is.Failed && !is.FailureTarget,
      'cannot set Failed=True condition without the FailureTarget=true condition',
    ),
    ...conditions(
      (turned('Complete') || turned('SuccessCriteriaMet')) && is.Complete && !is.SuccessCriteriaMet,
      'cannot set Complete=True condition without the SuccessCriteriaMet=true condition',
    ),
  ];
}

function validateSuccess({ spec }: Job, { is }: Changes): FieldError[] {
  return [
    ...conditions(is.SuccessCriteriaMet && is.Failed, 'cannot set SuccessCriteriaMet=True and Failed=true conditions'),
    ...conditions(
      is.SuccessCriteriaMet && is.FailureTarget,
      'cannot set SuccessCriteriaMet=True and FailureTarget=true conditions',
    ),
    ...conditions(
      spec.successPolicy && !is.SuccessCriteriaMet && is.Complete,
      'cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True',
    ),
  ];
}

/** What a status may not take back of what it said before. */
function validateReturn(now: Job, before: Job, { is, was }: Changes): FieldError[] {
  const { status = {}, spec } = now;
  const { status: old = {} } = before;
  const scales = spec.completionMode === 'Indexed' && spec.completions === spec.parallelism;
  const fell = (field: 'failed' | 'succeeded') =>
    when((status[field] ?? 0) < (old[field] ?? 0), () =>
      invalid(AT.child(field), status[field] ?? 0, `cannot decrease the ${field} counter`),
    );
  return [
    ...(['Failed', 'Complete', 'FailureTarget'] as const).flatMap((type) =>
      conditions(was[type] && !is[type], `cannot disable the terminal ${type}=True condition`),
    ),
    ...fell('failed'),
    ...(scales ? [] : fell('succeeded')),
    ...when(status.completionTime && old.completionTime && status.completionTime !== old.completionTime, () =>
      invalid(AT.child('completionTime'), status.completionTime, 'completionTime cannot be mutated'),
    ),
    ...when(old.startTime && old.startTime !== status.startTime && !spec.suspend, () =>
      required(AT.child('startTime'), 'startTime cannot be removed for unsuspended job'),
    ),
    ...conditions(
      was.SuccessCriteriaMet && !is.SuccessCriteriaMet,
      'cannot disable the SuccessCriteriaMet=True condition',
    ),
    ...conditions(
      was.Complete && !was.SuccessCriteriaMet && is.SuccessCriteriaMet,
      'cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions',
    ),
  ];
}

/** What holds for each status of a Job, and for the step to it from the one before. */
export function validateJobStatus(now: Job, before: Job): FieldError[] {
  const changes = changesOf(now, before);
  const { is, turned } = changes;
  const status = now.status ?? {};
  return [
    ...COUNTERS.flatMap((field) => nonNegative(AT.child(field), status[field] ?? 0)),
    ...validateUncounted(status),
    ...conditions(
      (turned('Complete') || turned('Failed')) && is.Complete && is.Failed,
      'cannot set Complete=True and Failed=true conditions',
    ),
    ...conditions(
      (turned('Complete') || turned('FailureTarget')) && is.Complete && is.FailureTarget,
      'cannot set Complete=True and FailureTarget=true conditions',
    ),
    ...validateTimes(now, changes),
    ...validateOutcomes(changes),
    ...validateEnd(now, changes),
    ...validateIndexes(now, changes),
    ...validatePods(now, changes),
    ...validateSuccess(now, changes),
    ...validateReturn(now, before, changes),
  ];
}
