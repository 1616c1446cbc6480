import type { z } from 'zod';
import type { ClusterAccess } from '../../fleet/index.ts';
import type { Bilingual } from '../../kit/bilingual.ts';

/** What one look at the cluster showed. `expected` and `found` are in Kubernetes' own words, `why` in the user's. */
export interface Outcome {
  passed: boolean;
  expected: string;
  found: string;
  why: Bilingual;
}

/**
 * One verb of exercise.yaml. To add one: copy absent.ts, and add its line in index.ts. A check only looks: it leaves the
 * cluster as it was, may run twice, and executes nothing of the exercise in this process.
 */
export interface CheckVerb<S = unknown> {
  /** Its key in exercise.yaml. */
  readonly verb: string;
  readonly spec: z.ZodType<S>;
  run(spec: S, access: ClusterAccess): Promise<Outcome>;
}

/** Keeps a verb's own spec type inside its file. */
export function defineCheck<S>(verb: CheckVerb<S>): CheckVerb {
  return verb;
}

const AS_ASKED: Bilingual = { en: 'As asked.', ko: '요구한 대로입니다.' };

export const passed = (expected: string, found = expected): Outcome => ({
  passed: true,
  expected,
  found,
  why: AS_ASKED,
});

export const failed = (expected: string, found: string, why: Bilingual): Outcome => ({
  passed: false,
  expected,
  found,
  why,
});
