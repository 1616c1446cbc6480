import type { Database } from '../db/index.ts';
import { invalidField, missing, unavailable, wrongState } from '../errors.ts';
import type { Fleet, TaskSpec } from '../fleet/index.ts';
import type { Clock } from '../kit/clock.ts';
import { uuid } from '../kit/random.ts';
import type { Random } from '../kit/random.ts';
import { log } from '../log.ts';
import { advance } from './attempt-states.ts';
import { attemptSummary, attemptView, exerciseSummary } from './attempt-view.ts';
import type { AttemptRow, TaskRow } from './attempt-view.ts';
import type { Catalogue } from './catalogue.ts';
import { Deadlines } from './deadlines.ts';
import type { ExamService, Viewer } from './exam-service.ts';
import type { Exercise } from './exercise.ts';
import { Grader } from './grader.ts';

const MINUTE = 60_000;
const NOTES_MAX = 20_000;
/** A lab shows whether it would have passed in an exam. */
const LAB_PASS_MARK = 66;

type Attempt = AttemptRow & { tasks: TaskRow[] };

const noExam = () => missing({ en: 'This exam', ko: '시험' });
const noExercise = () => missing({ en: 'This exercise', ko: '문제' });
const noAttempt = () => missing({ en: 'This attempt', ko: '응시 기록' });
const noTask = () => missing({ en: 'This task', ko: '문항' });
const notRunning = () => wrongState({ en: 'This attempt is not running.', ko: '진행 중인 응시가 아닙니다.' });
const notALab = () => wrongState({ en: 'This is possible in a lab only.', ko: '실습에서만 할 수 있습니다.' });

export interface ExamParts {
  db: Database;
  fleet: Fleet;
  clock: Clock;
  random: Random;
  catalogue: Catalogue;
}

export function createExamService({ db, fleet, clock, random, catalogue }: ExamParts): ExamService {
  const grader = new Grader(db, fleet, clock, catalogue);
  const deadlines = new Deadlines(db, clock, (id) => end(id, 'CLOCK'));
  const now = () => new Date(clock.now());
  const view = (row: Attempt) => attemptView(row, catalogue, clock.now());

  const load = (id: string): Promise<Attempt | null> =>
    db.attempt.findUnique({ where: { id }, include: { tasks: true } });

  /** Ends a running attempt, once: its terminals close, its grading begins. */
  async function end(id: string, by: 'CANDIDATE' | 'CLOCK'): Promise<void> {
    const row = await load(id);
    const submittedAt = by === 'CLOCK' ? (row?.endsAt ?? now()) : now();
    if (!(await advance(db, id, 'SUBMITTED', { submittedAt, submittedBy: by }))) return;
    log('attempt submitted', { attempt: id, by });
    // At once, however long the queue of the grader is: nobody works on after the end.
    fleet.freeze(id).catch((err: unknown) => log('terminals could not be closed yet', { attempt: id, err }));
    grader.add(id);
  }

  /** The attempt as it stands now: one whose time is up is submitted, even if the timer has not run yet. */
  async function current(id: string, mayRead: (row: AttemptRow) => boolean): Promise<Attempt> {
    const row = await load(id);
    if (!row || !mayRead(row)) throw noAttempt();
    if (row.status !== 'RUNNING' || !row.endsAt || row.endsAt.getTime() > clock.now()) return row;
    await end(id, 'CLOCK');
    return (await load(id)) ?? row;
  }

  const own = (viewer: Viewer, id: string) => current(id, (row) => row.userId === viewer.id);
  const readable = (viewer: Viewer, id: string) =>
    current(id, (row) => row.userId === viewer.id || viewer.role === 'instructor');

  async function running(viewer: Viewer, id: string): Promise<Attempt> {
    const row = await own(viewer, id);
    if (row.status !== 'RUNNING') throw notRunning();
    return row;
  }

  async function runningLab(viewer: Viewer, id: string): Promise<TaskRow> {
    const row = await running(viewer, id);
    const [task] = row.tasks;
    if (row.kind !== 'LAB' || !task) throw notALab();
    return task;
  }

  async function create(
    viewer: Viewer,
    from: { kind: 'EXAM' | 'LAB'; slug: string; minutes?: number; passMark: number; tasks: readonly Exercise[] },
  ): Promise<Attempt> {
    const { tasks, ...fields } = from;
    const { kind, slug } = from;
    // In one transaction, so that a second click finds the attempt that the first has made.
    return db.$transaction(async (tx) => {
      const open = await tx.attempt.findFirst({
        where: { userId: viewer.id, kind, slug, status: { in: ['CREATED', 'RUNNING'] } },
        include: { tasks: true },
      });
      if (open) return open;
      return tx.attempt.create({
        data: {
          ...fields,
          id: uuid(random),
          userId: viewer.id,
          status: 'CREATED',
          createdAt: now(),
          tasks: { create: tasks.map((t, i) => ({ position: i + 1, slug: t.slug, weight: t.weight })) },
        },
        include: { tasks: true },
      });
    });
  }

  /** Starts the clock if it is not running, and says how the attempt stands. */
  async function start(viewer: Viewer, id: string): Promise<Attempt> {
    const row = await own(viewer, id);
    const startedAt = now();
    const endsAt = row.minutes === null ? null : new Date(startedAt.getTime() + row.minutes * MINUTE);
    if (await advance(db, id, 'RUNNING', { startedAt, endsAt })) await deadlines.arm();
    return own(viewer, id);
  }

  /** What the fleet must know of a task. */
  function specOf(task: TaskRow | undefined): TaskSpec {
    if (!task) throw noTask();
    const exercise = catalogue.exercises.get(task.slug);
    if (!exercise) throw unavailable(`exercise ${task.slug} is not in the catalogue`);
    return { attempt: task.attemptId, position: task.position, slug: task.slug, profile: exercise.profile };
  }

  const at = (row: Attempt, position: number) => row.tasks.find((t) => t.position === position);

  return {
    exams: () => [...catalogue.exams.values()].map((exam) => ({ ...exam, tasks: exam.tasks.map(exerciseSummary) })),
    exercises: () => [...catalogue.exercises.values()].map(exerciseSummary),

    async createExam(viewer, slug) {
      const exam = catalogue.exams.get(slug);
      if (!exam) throw noExam();
      const { minutes, passMark, tasks } = exam;
      const { id } = await create(viewer, { kind: 'EXAM', slug, minutes, passMark, tasks });
      return view(await own(viewer, id));
    },

    async startLab(viewer, slug, { timed }) {
      const exercise = catalogue.exercises.get(slug);
      if (!exercise) throw noExercise();
      const minutes = timed ? exercise.minutes : undefined;
      const { id } = await create(viewer, { kind: 'LAB', slug, minutes, passMark: LAB_PASS_MARK, tasks: [exercise] });
      return view(await start(viewer, id));
    },

    start: async (viewer, id) => view(await start(viewer, id)),
    attempt: async (viewer, id) => view(await readable(viewer, id)),

    async history(viewer, user) {
      if (viewer.id !== user && viewer.role !== 'instructor') throw noAttempt();
      const rows = await db.attempt.findMany({ where: { userId: user }, orderBy: { createdAt: 'desc' } });
      return rows.map((row) => attemptSummary(row, catalogue));
    },

    async setFlag(viewer, id, position, flagged) {
      if (!at(await running(viewer, id), position)) throw noTask();
      await db.taskState.update({ where: { attemptId_position: { attemptId: id, position } }, data: { flagged } });
    },

    async setNotes(viewer, id, notes) {
      await running(viewer, id);
      if (notes.length > NOTES_MAX) {
        throw invalidField('notes', {
          en: `Notes hold at most ${NOTES_MAX} characters.`,
          ko: `메모는 ${NOTES_MAX}자까지 쓸 수 있습니다.`,
        });
      }
      await db.attempt.update({ where: { id }, data: { notes } });
    },

    async open(viewer, id, position) {
      const { nodes } = await fleet.open(specOf(at(await running(viewer, id), position)));
      return { hosts: ['base', ...nodes] };
    },

    task: async (viewer, id, position) => specOf(at(await running(viewer, id), position)),

    async submit(viewer, id) {
      const row = await own(viewer, id);
      if (row.status === 'CREATED') throw notRunning();
      await end(id, 'CANDIDATE');
      return view(await own(viewer, id));
    },

    async gradeLab(viewer, id) {
      const result = await grader.gradeTask(await runningLab(viewer, id));
      if (!result) throw noExercise();
      return result;
    },

    async resetLab(viewer, id) {
      const task = await runningLab(viewer, id);
      await fleet.reset(specOf(task));
    },

    async solution(viewer, id, position) {
      const row = await readable(viewer, id);
      const task = at(row, position);
      if (!task) throw noTask();
      if (row.kind === 'EXAM' && row.status !== 'GRADED') {
        throw wrongState({ en: 'Solutions are shown after grading.', ko: '풀이는 채점이 끝난 뒤에 볼 수 있습니다.' });
      }
      const exercise = catalogue.exercises.get(task.slug);
      if (!exercise) throw noExercise();
      return { text: exercise.solution, script: exercise.script };
    },

    async run() {
      await grader.resume();
      await deadlines.arm();
    },

    stop() {
      deadlines.stop();
      grader.stop();
    },
  };
}
