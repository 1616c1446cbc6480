import { expect, test } from 'vitest';
import { openDatabase } from '../db/index.ts';
import type { Database } from '../db/index.ts';
import { temporaryDatabase } from '../db/temporary-database.ts';
import { appErrorOf } from '../errors.ts';
import type { Fleet, TaskSpec } from '../fleet/index.ts';
import { ManualClock } from '../kit/clock.ts';
import { seededRandom } from '../kit/random.ts';
import type { Catalogue } from './catalogue.ts';
import type { CheckResult, ExamService, Viewer } from './exam-service.ts';
import { createExamService } from './exams.ts';
import type { Exercise } from './exercise.ts';

const text = (en: string) => ({ en, ko: en });
const exercise = (slug: string, weight: number): Exercise => ({
  slug,
  weight,
  title: text(slug),
  domain: 'storage',
  minutes: 5,
  profile: 'one-node',
  host: 'controlplane',
  points: 4,
  checks: [],
  text: text('Do it.'),
  solution: text('So.'),
  script: 'true',
  proofs: [],
  start: [],
  nodeFiles: [],
});
const A = exercise('a', 3);
const B = exercise('b', 1);
const catalogue: Catalogue = {
  exercises: new Map([
    ['a', A],
    ['b', B],
  ]),
  exams: new Map([['mock', { slug: 'mock', title: text('Mock'), minutes: 60, passMark: 66, tasks: [A, B] }]]),
  problems: [],
};

const check = (earned: number): CheckResult[] => [
  { id: 'c', points: 4, earned, what: text('w'), why: text('y'), expected: '', found: '' },
];

/** A fleet whose grades the test sets, and that remembers what it was told. */
class FakeFleet implements Fleet {
  readonly told: string[] = [];
  earns: Record<string, number> = { a: 4, b: 2 };
  broken = false;

  start = () => Promise.resolve();
  stop = () => Promise.resolve();
  workers = () => [];
  connectTerminal = () => Promise.resolve();
  #tell(what: string): Promise<void> {
    this.told.push(what);
    return Promise.resolve();
  }
  open = async (task: TaskSpec) => {
    await this.#tell(`open ${task.slug}`);
    return { nodes: ['controlplane'] };
  };
  grade = async (task: TaskSpec) => {
    await this.#tell(`grade ${task.slug}`);
    if (this.broken) throw new Error('no worker');
    return check(this.earns[task.slug] ?? 0);
  };
  freeze = () => this.#tell('freeze');
  reset = () => this.#tell('reset');
  remove = () => this.#tell('remove');
}

const mina: Viewer = { id: 'mina', role: 'learner' };
const other: Viewer = { id: 'other', role: 'learner' };
const teacher: Viewer = { id: 'teacher', role: 'instructor' };

async function world(db?: Database, clock = new ManualClock(0), fleet = new FakeFleet()) {
  let url = '';
  if (!db) {
    ({ db, url } = await temporaryDatabase());
    for (const { id, role } of [mina, other, teacher]) {
      const row = { id, email: id, name: id, passwordHash: '', createdAt: new Date(0) };
      await db.user.create({ data: { ...row, role: role === 'instructor' ? 'INSTRUCTOR' : 'LEARNER' } });
    }
  }
  const exams = createExamService({ db, fleet, clock, random: seededRandom(7), catalogue });
  await exams.run();
  return { db, url, clock, fleet, exams };
}

/** Resolves when the attempt has been graded. */
async function graded(exams: ExamService, id: string) {
  for (;;) {
    const attempt = await exams.attempt(teacher, id);
    if (attempt.status === 'graded') return attempt;
    await new Promise((done) => setImmediate(done));
  }
}

const code = (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (err: unknown) => appErrorOf(err)?.code,
  );

test('an exam from start to result', async () => {
  const { exams, clock, fleet } = await world();
  const created = await exams.createExam(mina, 'mock');
  expect(created).toMatchObject({ status: 'created', minutes: 60, tasks: [{ percent: 75, text: undefined }, {}] });
  const started = await exams.start(mina, created.id);
  expect(started).toMatchObject({
    status: 'running',
    endsAt: new Date(3_600_000),
    tasks: [{ text: text('Do it.') }, {}],
  });
  clock.advance(1000);
  expect(await exams.start(mina, created.id)).toMatchObject({ endsAt: new Date(3_600_000) });

  await exams.setFlag(mina, created.id, 2, true);
  await exams.setNotes(mina, created.id, '나중에');
  expect(await exams.open(mina, created.id, 1)).toEqual({ hosts: ['base', 'controlplane'] });
  expect(await code(exams.solution(mina, created.id, 1))).toBe('wrong-state');

  await Promise.all([exams.submit(mina, created.id), exams.submit(mina, created.id)]);
  const result = await graded(exams, created.id);
  expect(result).toMatchObject({ submittedBy: 'candidate', notes: '나중에', score: 87.5, passed: true });
  expect(result.tasks.map((t) => [t.flagged, t.result?.earned, t.result?.points])).toEqual([
    [false, 4, 4],
    [true, 2, 4],
  ]);
  expect(fleet.told).toEqual(['open a', 'freeze', 'freeze', 'grade a', 'grade b', 'remove']);
  expect(await code(exams.setNotes(mina, created.id, 'late'))).toBe('wrong-state');
  expect(await exams.solution(mina, created.id, 1)).toMatchObject({ script: 'true' });
  expect((await exams.history(mina, 'mina')).map((a) => a.score)).toEqual([87.5]);
});

test('a second click finds the attempt of the first', async () => {
  const { exams } = await world();
  const [first, second] = await Promise.all([exams.createExam(mina, 'mock'), exams.createExam(mina, 'mock')]);
  expect(first.id).toBe(second.id);
});

test('time is up although nobody looks', async () => {
  const { exams, clock, db } = await world();
  const { id } = await exams.createExam(mina, 'mock');
  await exams.start(mina, id);
  clock.advance(3_599_999);
  expect((await exams.attempt(mina, id)).status).toBe('running');
  clock.advance(1);
  while ((await db.attempt.findUniqueOrThrow({ where: { id } })).status === 'RUNNING') await new Promise(setImmediate);
  expect(await graded(exams, id)).toMatchObject({ submittedBy: 'clock', submittedAt: new Date(3_600_000) });
});

test('time goes on while the server is down', async () => {
  const { url, clock, exams, fleet } = await world();
  const { id } = await exams.createExam(mina, 'mock');
  await exams.start(mina, id);
  await exams.setNotes(mina, id, 'kept');
  exams.stop();
  clock.advance(4_000_000);
  const after = await world(await openDatabase(url), clock, fleet);
  expect(await graded(after.exams, id)).toMatchObject({
    submittedBy: 'clock',
    submittedAt: new Date(3_600_000),
    notes: 'kept',
  });
});

test('a grading that was cut off goes on after a restart with what is missing', async () => {
  const { url, clock, exams, fleet, db } = await world();
  const { id } = await exams.createExam(mina, 'mock');
  await exams.start(mina, id);
  clock.advance(1000);
  fleet.broken = true;
  await exams.submit(mina, id);
  while (!fleet.told.includes('grade a')) await new Promise(setImmediate);
  exams.stop();
  const key = { attemptId: id, position: 1 };
  const done = { earned: 1, points: 4, checks: JSON.stringify(check(1)), gradedAt: new Date(1000) };
  await db.taskState.update({ where: { attemptId_position: key }, data: done });
  fleet.broken = false;
  fleet.told.length = 0;
  const after = await world(await openDatabase(url), clock, fleet);
  expect((await graded(after.exams, id)).tasks.map((t) => t.result?.earned)).toEqual([1, 2]);
  expect(fleet.told).toEqual(['freeze', 'grade b', 'remove']);
});

test('a grading that fails is tried again later', async () => {
  const { clock, exams, fleet } = await world();
  const { id } = await exams.createExam(mina, 'mock');
  await exams.start(mina, id);
  fleet.broken = true;
  await exams.submit(mina, id);
  while (clock.nextDue() === undefined || clock.nextDue() === 3_600_000) await new Promise(setImmediate);
  fleet.broken = false;
  clock.advance(5_000);
  expect((await graded(exams, id)).score).toBe(87.5);
});

test('a lab is graded as often as one likes, and reset', async () => {
  const { exams, fleet } = await world();
  const lab = await exams.startLab(mina, 'a', { timed: false });
  expect(lab).toMatchObject({ kind: 'lab', status: 'running', endsAt: undefined });
  fleet.earns.a = 1;
  expect((await exams.gradeLab(mina, lab.id)).earned).toBe(1);
  await exams.resetLab(mina, lab.id);
  fleet.earns.a = 4;
  expect((await exams.gradeLab(mina, lab.id)).earned).toBe(4);
  expect((await exams.attempt(mina, lab.id)).tasks[0]?.result?.earned).toBe(4);
  expect(fleet.told).toEqual(['grade a', 'reset', 'grade a']);
  const exam = await exams.createExam(mina, 'mock');
  await exams.start(mina, exam.id);
  expect(await code(exams.gradeLab(mina, exam.id))).toBe('wrong-state');
});

test('nobody else sees or changes an attempt; an instructor may read it', async () => {
  const { exams } = await world();
  const { id } = await exams.createExam(mina, 'mock');
  await exams.start(mina, id);
  const attempts = [
    exams.attempt(other, id),
    exams.submit(other, id),
    exams.submit(teacher, id),
    exams.setNotes(other, id, 'x'),
    exams.task(other, id, 1),
    exams.task(teacher, id, 1),
    exams.history(other, 'mina'),
  ];
  expect(await Promise.all(attempts.map(code))).toEqual(attempts.map(() => 'not-found'));
  expect((await exams.attempt(teacher, id)).status).toBe('running');
  expect(await exams.task(mina, id, 1)).toEqual({ attempt: id, position: 1, slug: 'a', profile: 'one-node' });
});
