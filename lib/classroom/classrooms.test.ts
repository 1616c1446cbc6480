import { expect, test } from 'vitest';
import { temporaryDatabase } from '../db/temporary-database.ts';
import { appErrorOf } from '../errors.ts';
import { ManualClock } from '../kit/clock.ts';
import { seededRandom } from '../kit/random.ts';
import { createClassroomService } from './classrooms.ts';
import type { Viewer } from './classroom-service.ts';

const teacher: Viewer = { id: 'teacher', role: 'instructor' };
const mina: Viewer = { id: 'mina', role: 'learner' };
const jun: Viewer = { id: 'jun', role: 'learner' };

async function world() {
  const { db } = await temporaryDatabase();
  for (const { id, role } of [teacher, mina, jun]) {
    const row = { id, email: id, name: id, passwordHash: '', createdAt: new Date(0) };
    await db.user.create({ data: { ...row, role: role === 'instructor' ? 'INSTRUCTOR' : 'LEARNER' } });
  }
  const clock = new ManualClock(1000);
  const isKnown = (kind: string, slug: string) => kind === 'exam' && slug === 'mock-1';
  const classes = createClassroomService({ db, clock, random: seededRandom(3), isKnown });
  const attempt = (id: string, userId: string, createdAt: number, more: Record<string, unknown>) =>
    db.attempt.create({
      data: {
        id,
        userId,
        kind: 'EXAM',
        slug: 'mock-1',
        status: 'GRADED',
        passMark: 66,
        createdAt: new Date(createdAt),
        ...more,
      },
    });
  return { classes, clock, attempt };
}

const code = (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (err: unknown) => appErrorOf(err)?.field ?? appErrorOf(err)?.code,
  );

test('an instructor sees how each learner stands; a learner only themselves', async () => {
  const { classes, attempt } = await world();
  const room = await classes.create(teacher, ' Autumn ');
  expect(room).toMatchObject({ name: 'Autumn', members: 0 });
  for (const learner of [mina, mina, jun]) await classes.join(learner, ` ${room.code?.toUpperCase()} `);
  const { id } = await classes.assign(teacher, room.id, { kind: 'exam', slug: 'mock-1', dueAt: new Date(5000) });

  await attempt('before', 'mina', 10, { score: 100 });
  await attempt('first', 'mina', 2000, { score: 70, submittedAt: new Date(4000) });
  await attempt('second', 'mina', 4500, { score: 50, submittedAt: new Date(6000) });
  const { learners } = await classes.progress(teacher, room.id);
  expect(learners.map((l) => [l.name, l.results])).toEqual([
    ['jun', [{ assignment: id, status: 'none', late: false }]],
    ['mina', [{ assignment: id, status: 'graded', attempt: 'second', best: 70, passed: true, late: true }]],
  ]);
  const own = await classes.progress(jun, room.id);
  expect([own.learners.map((l) => l.name), own.code, own.members]).toEqual([['jun'], undefined, 2]);
});

test('nobody changes a class of somebody else', async () => {
  const { classes } = await world();
  const room = await classes.create(teacher, 'Autumn');
  const other: Viewer = { id: 'jun', role: 'instructor' };
  await classes.join(mina, room.code ?? '');
  expect(await code(classes.create(mina, 'x'))).toBe('not-allowed');
  expect(await code(classes.join(mina, 'nothing'))).toBe('code');
  expect(await code(classes.assign(other, room.id, { kind: 'exam', slug: 'mock-1' }))).toBe('not-found');
  expect(await code(classes.leave(other, room.id, 'mina'))).toBe('not-found');
  expect(await code(classes.progress(other, room.id))).toBe('not-found');
  expect(await code(classes.assign(teacher, room.id, { kind: 'lab', slug: 'mock-1' }))).toBe('slug');
  await classes.leave(mina, room.id, 'mina');
  expect(await classes.classes(mina)).toEqual([]);
});

test('setting the same again only moves the date', async () => {
  const { classes } = await world();
  const room = await classes.create(teacher, 'Autumn');
  const first = await classes.assign(teacher, room.id, { kind: 'exam', slug: 'mock-1' });
  const again = await classes.assign(teacher, room.id, { kind: 'exam', slug: 'mock-1', dueAt: new Date(9) });
  expect(again).toEqual({ ...first, dueAt: new Date(9) });
  await classes.withdraw(teacher, room.id, first.id);
  expect((await classes.classes(teacher))[0]?.assignments).toEqual([]);
});
