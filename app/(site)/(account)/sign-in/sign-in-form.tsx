'use client';

import Link from 'next/link';
import type { Refusal } from '../../../_components/call-api.ts';
import { useText } from '../../../_components/locale-provider.tsx';
import { refusalText } from '../../../_components/refusal-text.ts';
import { AccountForm, type Problem, type Values } from '../account-form.tsx';
import { signInWith } from '../sign-in-with.ts';

function problemOf(refusal: Refusal): Problem {
  if (refusal.code === 'wrong-password') return { say: (t) => t.account.wrong };
  if (refusal.code === 'too-many-attempts') return { say: (t) => t.account.tooMany };
  return { say: (t, locale) => refusalText(refusal, locale, t) };
}

async function submit({ email, password }: Values): Promise<Problem | undefined> {
  if (!email.trim()) return { field: 'email', say: (t) => t.account.needEmail };
  if (!password) return { field: 'password', say: (t) => t.account.needPassword };
  const refused = await signInWith(email, password);
  return refused && problemOf(refused);
}

export function SignInForm({ next }: { next: string }) {
  const { account } = useText();
  return (
    <AccountForm
      title={account.signInTitle}
      lead={account.signInLead}
      fields={[
        { name: 'email', label: account.email, type: 'email', autoComplete: 'username' },
        { name: 'password', label: account.password, type: 'password', autoComplete: 'current-password' },
      ]}
      button={account.signIn}
      busyButton={account.signingIn}
      submit={submit}
      next={next}
    >
      {account.noAccount} <Link href="/sign-up">{account.signUpTitle}</Link>
    </AccountForm>
  );
}
