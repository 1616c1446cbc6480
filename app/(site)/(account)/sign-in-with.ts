import { signIn } from 'next-auth/react';
import type { Refusal } from '../../_components/call-api.ts';

/** Signs in; undefined when it went well. `wrong-password` stands for a wrong address too. */
export async function signInWith(email: string, password: string): Promise<Refusal | undefined> {
  try {
    const answer = await signIn('credentials', { email, password, redirect: false });
    if (answer?.ok && !answer.error) return undefined;
    return { code: answer?.error === 'CredentialsSignin' ? 'wrong-password' : (answer?.error ?? 'failed') };
  } catch {
    return { code: 'unreachable' };
  }
}
