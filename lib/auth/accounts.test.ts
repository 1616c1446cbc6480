import { expect, test } from 'vitest';
import { temporaryDatabase } from '../db/temporary-database.ts';
import { appErrorOf } from '../errors.ts';
import { ManualClock } from '../kit/clock.ts';
import { seededRandom } from '../kit/random.ts';
import { createAuthService } from './accounts.ts';

async function service() {
  const { db } = await temporaryDatabase();
  const clock = new ManualClock();
  return { db, clock, auth: createAuthService(db, clock, seededRandom(1)) };
}

const MINA = { name: ' Mina ', email: 'Mina@Example.org ', password: 'correct horse 말' };
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'accepted',
    (err: unknown) => appErrorOf(err)?.field ?? appErrorOf(err)?.code,
  );

test('only the first account is the instructor, even when several sign up at once', async () => {
  const { auth } = await service();
  expect(await auth.isFresh()).toBe(true);
  const made = await Promise.all(['a', 'b', 'c'].map((n) => auth.signUp({ ...MINA, email: `${n}@example.org` }, 'x')));
  expect(made.map((a) => a.role).sort()).toEqual(['instructor', 'learner', 'learner']);
  expect(await auth.isFresh()).toBe(false);
});

test('signs in with the right password, however the syllables are spelled', async () => {
  const { auth, db } = await service();
  const account = await auth.signUp(MINA, 'x');
  expect(account).toMatchObject({ name: 'Mina', email: 'mina@example.org' });
  expect(await auth.signIn('MINA@example.org', MINA.password.normalize('NFD'), 'x')).toEqual(account);
  expect(await auth.signIn('mina@example.org', 'wrong', 'x')).toBeUndefined();
  expect(await auth.signIn('nobody@example.org', 'wrong', 'x')).toBeUndefined();
  expect((await db.user.findFirstOrThrow()).passwordHash).not.toContain('horse');
});

test('names the field at fault', async () => {
  const { auth } = await service();
  expect(await refusal(auth.signUp({ ...MINA, name: '  ' }, 'x'))).toBe('name');
  expect(await refusal(auth.signUp({ ...MINA, email: 'mina' }, 'x'))).toBe('email');
  expect(await refusal(auth.signUp({ ...MINA, password: 'short' }, 'x'))).toBe('password');
  expect(await refusal(auth.signUp({ ...MINA, password: 'mina@example.org' }, 'x'))).toBe('password');
  await auth.signUp(MINA, 'x');
  expect(await refusal(auth.signUp({ ...MINA, email: 'mina@EXAMPLE.org' }, 'x'))).toBe('email');
});

test('stops guessing after ten wrong passwords, for a quarter of an hour, and only from there', async () => {
  const { auth, clock } = await service();
  await auth.signUp(MINA, 'x');
  const guesses = await Promise.all(
    Array.from({ length: 12 }, () => refusal(auth.signIn('mina@example.org', 'wrong', 'thief'))),
  );
  expect(guesses.filter((g) => g === 'too-many-attempts')).toHaveLength(2);
  expect(await refusal(auth.signIn('mina@example.org', MINA.password, 'thief'))).toBe('too-many-attempts');
  expect(await auth.signIn('mina@example.org', MINA.password, 'home')).toBeDefined();
  clock.advance(15 * 60_000);
  expect(await auth.signIn('mina@example.org', MINA.password, 'thief')).toBeDefined();
});

test('there is always an instructor', async () => {
  const { auth } = await service();
  const first = await auth.signUp(MINA, 'x');
  const second = await auth.signUp({ ...MINA, email: 'jun@example.org' }, 'x');
  expect(await refusal(auth.setRole(first.id, 'learner'))).toBe('wrong-state');
  await auth.setRole(second.id, 'instructor');
  await auth.setRole(first.id, 'learner');
  expect((await auth.accounts()).map((a) => a.role)).toEqual(['learner', 'instructor']);
  expect(await refusal(auth.setRole('nobody', 'learner'))).toBe('not-found');
});
