import { z } from 'zod';
import type { Database } from '../db/index.ts';
import type { Fleet } from '../fleet/index.ts';
import type { Clock } from '../kit/clock.ts';
import { log } from '../log.ts';
import { advance } from './attempt-states.ts';
import { totalScore } from './attempt-view.ts';
import type { TaskRow } from './attempt-view.ts';
import type { Catalogue } from './catalogue.ts';
import type { TaskResult } from './exam-service.ts';
import { earnedPoints } from './proctor.ts';

const bilingual = z.object({ en: z.string(), ko: z.string() });
const checkResults = z.array(
  z.object({
    id: z.string(),
    points: z.number(),
    earned: z.number(),
    what: bilingual,
    why: bilingual,
    expected: z.string(),
    found: z.string(),
  }),
);

/** How many attempts are graded at once when a whole class submits. */
const AT_ONCE = 2;
const RETRY_MS = 5_000;
const RETRY_MAX_MS = 120_000;

/**
 * Grades submitted attempts, one task after the other, and tries again for as long as a worker does not answer. What it
 * has done stands in the database: after a restart it goes on with the first task that lacks its result.
 */
export class Grader {
  readonly #db: Database;
  readonly #fleet: Fleet;
  readonly #clock: Clock;
  readonly #catalogue: Catalogue;
  readonly #waiting: { id: string; failures: number }[] = [];
  readonly #known = new Set<string>();
  #running = 0;
  #stopped = false;

  constructor(db: Database, fleet: Fleet, clock: Clock, catalogue: Catalogue) {
    this.#db = db;
    this.#fleet = fleet;
    this.#clock = clock;
    this.#catalogue = catalogue;
  }

  /** Takes up what was submitted before this process began. */
  async resume(): Promise<void> {
    const rows = await this.#db.attempt.findMany({ where: { status: 'SUBMITTED' }, orderBy: { submittedAt: 'asc' } });
    for (const { id } of rows) this.add(id);
  }

  /** Grades a submitted attempt soon. */
  add(id: string): void {
    if (this.#known.has(id)) return;
    this.#known.add(id);
    this.#enqueue(id, 0);
  }

  #enqueue(id: string, failures: number): void {
    this.#waiting.push({ id, failures });
    this.#next();
  }

  #next(): void {
    if (this.#stopped || this.#running >= AT_ONCE) return;
    const job = this.#waiting.shift();
    if (!job) return;
    this.#running++;
    void this.#gradeAttempt(job.id)
      .then(
        () => {
          this.#known.delete(job.id);
        },
        (err: unknown) => {
          log('grading failed and will be tried again', { attempt: job.id, err });
          const delay = Math.min(RETRY_MS * 2 ** job.failures, RETRY_MAX_MS);
          this.#clock.after(delay, () => this.#enqueue(job.id, job.failures + 1));
        },
      )
      .finally(() => {
        this.#running--;
        this.#next();
      });
  }

  async #gradeAttempt(id: string): Promise<void> {
    const attempt = await this.#db.attempt.findUnique({ where: { id }, include: { tasks: true } });
    if (attempt?.status !== 'SUBMITTED') return;
    await this.#fleet.freeze(id);
    for (const task of attempt.tasks) {
      const isDone = task.gradedAt && attempt.submittedAt && task.gradedAt >= attempt.submittedAt;
      if (!isDone) await this.gradeTask(task);
    }
    const tasks = await this.#db.taskState.findMany({ where: { attemptId: id } });
    // Before the last step: once graded nobody would come back for the folders.
    await this.#fleet.remove(id);
    await advance(this.#db, id, 'GRADED', { gradedAt: new Date(this.#clock.now()), score: totalScore(tasks) });
  }

  /** Grades one task as its cluster stands and writes the result down; undefined when its exercise no longer exists. */
  async gradeTask(task: TaskRow): Promise<TaskResult | undefined> {
    const exercise = this.#catalogue.exercises.get(task.slug);
    if (!exercise) return undefined;
    const { slug, profile, points } = exercise;
    const spec = { attempt: task.attemptId, position: task.position, slug, profile };
    const checks = checkResults.parse(await this.#fleet.grade(spec));
    const result = { earned: earnedPoints(checks), points, gradedAt: new Date(this.#clock.now()), checks };
    await this.#db.taskState.update({
      where: { attemptId_position: { attemptId: task.attemptId, position: task.position } },
      data: { ...result, checks: JSON.stringify(checks) },
    });
    return result;
  }

  stop(): void {
    this.#stopped = true;
  }
}
