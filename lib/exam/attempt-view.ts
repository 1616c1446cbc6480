import type { Database } from '../db/index.ts';
import { wholePercents } from '../kit/whole-percents.ts';
import type { Catalogue } from './catalogue.ts';
import type {
  AttemptKind,
  AttemptStatus,
  AttemptSummary,
  AttemptView,
  CheckResult,
  ExerciseSummary,
  TaskResult,
  TaskView,
} from './exam-service.ts';
import type { Exercise } from './exercise.ts';

export type AttemptRow = NonNullable<Awaited<ReturnType<Database['attempt']['findUnique']>>>;
export type TaskRow = NonNullable<Awaited<ReturnType<Database['taskState']['findUnique']>>>;

export function exerciseSummary(exercise: Exercise): ExerciseSummary {
  const { slug, title, domain, weight, minutes, host } = exercise;
  return { slug, title, domain, weight, minutes, host };
}

/** What is still known of an exercise that has been taken out of the catalogue. */
const lost = (slug: string, weight: number): ExerciseSummary => ({
  slug,
  title: { en: slug, ko: slug },
  domain: 'troubleshooting',
  weight,
  minutes: 0,
  host: '',
});

export function taskResult(row: TaskRow): TaskResult | undefined {
  if (!row.gradedAt || row.checks === null) return undefined;
  return {
    earned: row.earned ?? 0,
    points: row.points ?? 0,
    gradedAt: row.gradedAt,
    checks: JSON.parse(row.checks) as CheckResult[],
  };
}

/** Weighted per cent of the tasks that could be graded, to one decimal. */
export function totalScore(tasks: readonly Pick<TaskRow, 'weight' | 'earned' | 'points'>[]): number {
  const graded = tasks.filter((t) => t.points);
  const whole = graded.reduce((sum, t) => sum + t.weight, 0);
  const won = graded.reduce((sum, t) => sum + t.weight * ((t.earned ?? 0) / (t.points ?? 1)), 0);
  return whole === 0 ? 0 : Math.round((won / whole) * 1000) / 10;
}

export function attemptSummary(row: AttemptRow, catalogue: Catalogue): AttemptSummary {
  const kind = row.kind.toLowerCase() as AttemptKind;
  const source = kind === 'exam' ? catalogue.exams.get(row.slug) : catalogue.exercises.get(row.slug);
  return {
    id: row.id,
    userId: row.userId,
    kind,
    slug: row.slug,
    title: source?.title ?? { en: row.slug, ko: row.slug },
    status: row.status.toLowerCase() as AttemptStatus,
    minutes: row.minutes ?? undefined,
    passMark: row.passMark,
    createdAt: row.createdAt,
    startedAt: row.startedAt ?? undefined,
    endsAt: row.endsAt ?? undefined,
    submittedAt: row.submittedAt ?? undefined,
    submittedBy: row.submittedBy ? (row.submittedBy.toLowerCase() as 'candidate' | 'clock') : undefined,
    gradedAt: row.gradedAt ?? undefined,
    score: row.score ?? undefined,
    passed: row.score === null ? undefined : row.score >= row.passMark,
  };
}

export function attemptView(row: AttemptRow & { tasks: TaskRow[] }, catalogue: Catalogue, now: number): AttemptView {
  const inOrder = row.tasks.toSorted((a, b) => a.position - b.position);
  const percents = wholePercents(inOrder.map((task) => task.weight));
  // The results of an exam appear together; a lab shows each as it comes.
  const showsResults = row.kind === 'LAB' || row.status === 'GRADED';
  const tasks = inOrder.map((task, i): TaskView => {
    const exercise = catalogue.exercises.get(task.slug);
    return {
      position: task.position,
      exercise: exercise ? { ...exerciseSummary(exercise), weight: task.weight } : lost(task.slug, task.weight),
      percent: percents[i] ?? 0,
      text: row.status === 'CREATED' ? undefined : exercise?.text,
      flagged: task.flagged,
      result: showsResults ? taskResult(task) : undefined,
    };
  });
  return { ...attemptSummary(row, catalogue), now: new Date(now), notes: row.notes, tasks };
}
