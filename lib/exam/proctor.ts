import { readFile } from 'node:fs/promises';
import type { ClusterAccess } from '../fleet/index.ts';
import { isCalm } from './calm.ts';
import type { CheckResult } from './exam-service.ts';
import { failed } from './checks/check.ts';
import type { Outcome } from './checks/check.ts';
import type { Exercise, ExerciseCheck } from './exercise.ts';

/** How long starting and grading wait for pods on their way. */
const PATIENCE_MS = 20_000;
const STEP_MS = 500;

/** Waits until the cluster is calm, or patience ends. */
async function untilCalm(access: ClusterAccess): Promise<void> {
  for (let waited = 0; waited < PATIENCE_MS && !(await isCalm(access)); waited += STEP_MS) await access.pause(STEP_MS);
}

/**
 * Brings a fresh cluster into the exercise's starting state: files of the nodes, then the objects of start.yaml in their
 * order, each after what came before has taken effect (so an object that stands twice gets a history).
 */
export async function prepare(exercise: Exercise, access: ClusterAccess): Promise<void> {
  for (const { node, path, source, mode } of exercise.nodeFiles) {
    await access.writeFile(node, path, await readFile(source), mode);
  }
  const homes = exercise.nodeFiles.filter((f) => f.path.startsWith('/home/')).map((f) => f.node);
  for (const node of new Set(homes)) {
    await access.run(node, 'chown -R candidate:candidate /home/candidate', { user: 'root', timeoutMs: 10_000 });
  }
  for (const object of exercise.start) {
    await access.put(object);
    await access.settle();
  }
  await untilCalm(access);
}

async function look(check: ExerciseCheck, access: ClusterAccess): Promise<Outcome> {
  try {
    return await check.verb.run(check.spec, access);
  } catch (err) {
    const message = (err as Error).message;
    return failed('', message, {
      en: `This could not be looked at: ${message}`,
      ko: `확인할 수 없었습니다: ${message}`,
    });
  }
}

async function lookAtAll(exercise: Exercise, access: ClusterAccess): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of exercise.checks) {
    const { id, points, what } = check;
    const { passed, ...outcome } = await look(check, access);
    const lacking = results.find((r) => check.requires.includes(r.id) && r.earned === 0);
    const why = lacking
      ? {
          en: `Counts only together with: ${lacking.what.en}`,
          ko: `다음 항목을 함께 만족해야 인정됩니다: ${lacking.what.ko}`,
        }
      : outcome.why;
    results.push({
      ...outcome,
      id,
      points,
      what,
      why: passed ? why : outcome.why,
      earned: passed && !lacking ? points : 0,
    });
  }
  return results;
}

/**
 * Looks at every check. Work still under way in the cluster (a rollout, a pod that starts) is waited for a while: points
 * are not lost to the moment of submission.
 */
export async function grade(exercise: Exercise, access: ClusterAccess): Promise<CheckResult[]> {
  for (let waited = 0; ; waited += STEP_MS) {
    const calm = await isCalm(access);
    const results = await lookAtAll(exercise, access);
    if (calm || waited >= PATIENCE_MS || results.every((r) => r.earned === r.points)) return results;
    await access.pause(STEP_MS);
  }
}

export const earnedPoints = (results: readonly CheckResult[]): number => results.reduce((sum, r) => sum + r.earned, 0);
