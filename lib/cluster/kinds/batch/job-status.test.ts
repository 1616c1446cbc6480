import { describe, expect, test } from 'vitest';
import type { Job, JobSpec, JobStatus } from '../../schema/generated/types.ts';
import { validateJobStatus } from './job-status.ts';

const job = (status: JobStatus, spec: Partial<JobSpec> = {}) =>
  ({ metadata: { name: 'a' }, spec: { template: {}, ...spec }, status }) as Job;
const complaints = (before: JobStatus, now: JobStatus, spec?: Partial<JobSpec>) =>
  validateJobStatus(job(now, spec), job(before, spec)).map((e) => `${e.field}: ${e.message}`);
const conditions = (...types: string[]) => types.map((type) => ({ type, status: 'True' }));

const START = '2026-01-02T03:04:05Z';
const END = '2026-01-02T03:04:06Z';
const COMPLETE: JobStatus = {
  startTime: START,
  completionTime: END,
  conditions: conditions('SuccessCriteriaMet', 'Complete'),
};

describe('The status of a Job', () => {
  test('takes nothing of its end back', () => {
    expect(complaints(COMPLETE, { startTime: START, completionTime: END })).toEqual([
      'status.completionTime: Invalid value: "2026-01-02T03:04:06Z": cannot set completionTime when there is no Complete=True condition',
      'status.conditions: Invalid value: cannot disable the terminal Complete=True condition',
      'status.conditions: Invalid value: cannot disable the SuccessCriteriaMet=True condition',
    ]);
    expect(complaints(COMPLETE, { ...COMPLETE, completionTime: '2026-01-02T03:04:07Z' })).toEqual([
      'status.completionTime: Invalid value: "2026-01-02T03:04:07Z": completionTime cannot be mutated',
    ]);
    expect(
      complaints({ ...COMPLETE, conditions: conditions('Complete') }, COMPLETE).filter((text) => /already/.test(text)),
    ).toEqual([
      'status.conditions: Invalid value: cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions',
    ]);
  });

  test('keeps its start while it is not suspended', () => {
    expect(complaints({ startTime: START }, {})).toEqual([
      'status.startTime: Required value: startTime cannot be removed for unsuspended job',
    ]);
    expect(complaints({ startTime: START }, {}, { suspend: true })).toEqual([]);
  });

  test('counts up, except where an elastic Job shrinks', () => {
    const before = { failed: 2, succeeded: 2 };
    expect(complaints(before, { failed: 1, succeeded: 1 })).toEqual([
      'status.failed: Invalid value: 1: cannot decrease the failed counter',
      'status.succeeded: Invalid value: 1: cannot decrease the succeeded counter',
    ]);
    expect(
      complaints(before, { failed: 2, succeeded: 1 }, { completionMode: 'Indexed', completions: 1, parallelism: 1 }),
    ).toEqual([]);
  });

  test('is not held to a rule whose fields it leaves as they were', () => {
    const odd = { active: 1, ready: 2, completedIndexes: '0' };
    expect(complaints(odd, { ...odd, succeeded: 1 })).toEqual([]);
  });
});
