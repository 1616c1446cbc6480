import type { Database } from '../db/index.ts';
import { invalidField, missing, tooManyAttempts, wrongState } from '../errors.ts';
import type { Clock } from '../kit/clock.ts';
import { uuid } from '../kit/random.ts';
import type { Random } from '../kit/random.ts';
import type { Account, AuthService } from './auth-service.ts';
import { hashPassword, isPassword } from './passwords.ts';
import { RateLimit } from './rate-limit.ts';
import { readSignUp } from './sign-up-form.ts';

const MINUTE = 60_000;

type UserRow = { id: string; email: string; name: string; role: 'INSTRUCTOR' | 'LEARNER'; createdAt: Date };

const accountOf = (row: UserRow): Account => ({
  id: row.id,
  email: row.email,
  name: row.name,
  role: row.role === 'INSTRUCTOR' ? 'instructor' : 'learner',
  createdAt: row.createdAt,
});

/** A hash that no password has, for checking the password of an address that nobody has in the same time. */
const NOBODY = `scrypt$32768$8$3$${Buffer.alloc(16).toString('base64')}$${Buffer.alloc(32).toString('base64')}`;

export function createAuthService(db: Database, clock: Clock, random: Random): AuthService {
  // Somebody who forgot a password is stopped soon; an address shared by a whole class, or an account under attack from
  // many addresses, only later.
  const byBoth = new RateLimit(clock, 10, 15 * MINUTE);
  const byAddress = new RateLimit(clock, 100, 15 * MINUTE);
  const byAccount = new RateLimit(clock, 100, 15 * MINUTE);
  const signUps = new RateLimit(clock, 200, 60 * MINUTE);

  return {
    isFresh: async () => (await db.user.count()) === 0,

    async signUp(form, from) {
      const wait = signUps.wait(from);
      if (wait > 0) throw tooManyAttempts(Math.ceil(wait / MINUTE));
      const read = readSignUp(form);
      if (!read.ok) throw read.error;
      const { name, email, password } = read.form;
      signUps.count(from);
      const passwordHash = await hashPassword(password, random);
      // In one transaction, so that two who sign up at the same moment do not both become the instructor.
      const row = await db.$transaction(async (tx) => {
        if (await tx.user.findUnique({ where: { email } })) return undefined;
        const role = (await tx.user.count()) === 0 ? 'INSTRUCTOR' : 'LEARNER';
        return tx.user.create({
          data: { id: uuid(random), email, name, passwordHash, role, createdAt: new Date(clock.now()) },
        });
      });
      if (!row)
        throw invalidField('email', {
          en: 'There is an account with this address already.',
          ko: '이미 가입된 이메일 주소입니다.',
        });
      return accountOf(row);
    },

    async signIn(emailTyped, password, from) {
      const email = emailTyped.trim().toLowerCase();
      const both = `${email} ${from}`;
      const wait = Math.max(byBoth.wait(both), byAddress.wait(from), byAccount.wait(email));
      if (wait > 0) throw tooManyAttempts(Math.ceil(wait / MINUTE));
      // Counted before the slow check, so that guesses sent all at once do not slip through together.
      for (const [limit, key] of [
        [byBoth, both],
        [byAddress, from],
        [byAccount, email],
      ] as const)
        limit.count(key);
      const row = await db.user.findUnique({ where: { email } });
      const right = await isPassword(password.slice(0, 200), row?.passwordHash ?? NOBODY);
      if (!row || !right) return undefined;
      byBoth.forget(both);
      byAccount.forget(email);
      byAddress.uncount(from);
      return accountOf(row);
    },

    async account(id) {
      const row = await db.user.findUnique({ where: { id } });
      return row ? accountOf(row) : undefined;
    },

    async setRole(id, role) {
      await db.$transaction(async (tx) => {
        const row = await tx.user.findUnique({ where: { id } });
        if (!row) throw missing({ en: 'This account', ko: '계정' });
        const others = await tx.user.count({ where: { role: 'INSTRUCTOR', id: { not: id } } });
        if (role === 'learner' && others === 0)
          throw wrongState({ en: 'There must be an instructor.', ko: '강사가 한 명은 있어야 합니다.' });
        await tx.user.update({ where: { id }, data: { role: role === 'instructor' ? 'INSTRUCTOR' : 'LEARNER' } });
      });
    },

    accounts: async () => (await db.user.findMany({ orderBy: { createdAt: 'asc' } })).map(accountOf),
  };
}
