import { z } from 'zod';
import type { KubeJson } from '../fleet/index.ts';
import { CHECK_VERBS } from './checks/index.ts';
import type { CheckVerb } from './checks/check.ts';
import { DOMAINS } from './exam-service.ts';
import type { Domain } from './exam-service.ts';
import type { Bilingual } from '../kit/bilingual.ts';

/** One check of an exercise, read and validated. */
export interface ExerciseCheck {
  id: string;
  points: number;
  what: Bilingual;
  /** Checks without which this one earns nothing, so that what holds in the untouched cluster too gives no points. */
  requires: readonly string[];
  verb: CheckVerb;
  spec: unknown;
}

export interface NodeFile {
  node: string;
  /** On the node's disk. */
  path: string;
  /** On the host. */
  source: string;
  mode: number;
}

export interface ProofScript {
  /** `also/helm.sh`. */
  name: string;
  script: string;
  /** Points that it must earn. */
  earns: number;
}

/** An exercise: a folder under exercises/tasks, loaded whole. */
export interface Exercise {
  slug: string;
  title: Bilingual;
  domain: Domain;
  weight: number;
  minutes: number;
  profile: string;
  host: string;
  points: number;
  checks: readonly ExerciseCheck[];
  text: Bilingual;
  solution: Bilingual;
  /** solution.sh. */
  script: string;
  /** The reference solution, the alternatives, the wrong ones: with what each must earn. */
  proofs: readonly ProofScript[];
  start: readonly KubeJson[];
  nodeFiles: readonly NodeFile[];
}

const bilingual = z.strictObject({ en: z.string().min(1), ko: z.string().min(1) });
export const slug = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be words of small letters and digits joined by "-"');

const verbs = CHECK_VERBS.map((v) => v.verb);

const check = z
  .looseObject({
    id: slug,
    points: z.number().positive().multipleOf(0.5),
    what: bilingual,
    requires: z.array(z.string()).default([]),
  })
  .transform(({ id, points, what, requires, ...rest }, context): ExerciseCheck => {
    const [name = '', ...more] = Object.keys(rest);
    const verb = CHECK_VERBS.find((v) => v.verb === name);
    if (!verb || more.length > 0) {
      context.addIssue(`must have exactly one of ${verbs.join(', ')}, but has ${[name, ...more].join(', ') || 'none'}`);
      return z.NEVER;
    }
    const spec = verb.spec.safeParse(rest[name]);
    if (!spec.success) {
      for (const i of spec.error.issues)
        context.addIssue({ code: 'custom', message: i.message, path: [name, ...i.path] });
      return z.NEVER;
    }
    return { id, points, what, requires, verb, spec: spec.data };
  });

/** exercise.yaml. */
export const exerciseFile = z.strictObject({
  title: bilingual,
  domain: z.enum(DOMAINS),
  weight: z.int().min(1).max(20),
  minutes: z.int().min(1).max(60),
  profile: z.string().min(1).default('three-node'),
  host: z.string().min(1).default('controlplane'),
  checks: z
    .array(check)
    .min(1)
    .superRefine((checks, context) => {
      const seen = new Set<string>();
      for (const [i, { id, requires }] of checks.entries()) {
        if (seen.has(id)) context.addIssue({ code: 'custom', message: `"${id}" stands twice`, path: [i, 'id'] });
        const unknown = requires.find((r) => !seen.has(r));
        if (unknown)
          context.addIssue({
            code: 'custom',
            message: `no check before this one is "${unknown}"`,
            path: [i, 'requires'],
          });
        seen.add(id);
      }
    }),
});

/** exams/<slug>.yaml. */
export const examFile = z.strictObject({
  title: bilingual,
  minutes: z.int().min(1).max(600),
  passMark: z.int().min(1).max(100),
  tasks: z.array(slug).min(1),
});
