import { notFound, redirect } from 'next/navigation';
import { currentAccount } from '../../lib/auth/index.ts';
import type { Account } from '../../lib/auth/index.ts';
import { appErrorOf } from '../../lib/errors.ts';

/** Who is signed in; others are sent to sign in and come back to `path`. */
export async function pageAccount(path: string): Promise<Account> {
  return (await currentAccount()) ?? redirect(`/sign-in?next=${encodeURIComponent(path)}`);
}

/** As `pageAccount`; for others than instructors the page does not exist. */
export async function pageInstructor(path: string): Promise<Account> {
  const account = await pageAccount(path);
  return account.role === 'instructor' ? account : notFound();
}

/** What `work` resolves with; what does not exist (for this user) is the page that says so. */
export async function orNotFound<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (err) {
    if (appErrorOf(err)?.code === 'not-found') notFound();
    throw err;
  }
}
