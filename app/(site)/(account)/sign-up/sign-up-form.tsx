'use client';

import Link from 'next/link';
import { callApi } from '../../../_components/call-api.ts';
import { useText } from '../../../_components/locale-provider.tsx';
import { refusalText } from '../../../_components/refusal-text.ts';
import { AccountForm, type Problem, type Values } from '../account-form.tsx';
import { signInWith } from '../sign-in-with.ts';

const FIELDS = ['name', 'email', 'password'] as const;

async function submit({ name, email, password }: Values): Promise<Problem | undefined> {
  const answer = await callApi('POST', '/api/sign-up', { name, email, password });
  const refused = answer.ok ? await signInWith(email, password) : answer.refusal;
  return (
    refused && {
      field: FIELDS.find((field) => field === refused.field),
      say: (t, locale) => refusalText(refused, locale, t),
    }
  );
}

export function SignUpForm({ isFirst }: { isFirst: boolean }) {
  const { account } = useText();
  return (
    <AccountForm
      title={account.signUpTitle}
      lead={account.signUpLead}
      note={isFirst ? account.first : undefined}
      fields={[
        { name: 'name', label: account.name, type: 'text', autoComplete: 'name' },
        { name: 'email', label: account.email, type: 'email', autoComplete: 'username' },
        {
          name: 'password',
          label: account.password,
          type: 'password',
          autoComplete: 'new-password',
          hint: account.passwordHint,
        },
      ]}
      button={account.signUp}
      busyButton={account.signingUp}
      submit={submit}
      next="/home"
    >
      {account.haveAccount} <Link href="/sign-in">{account.signIn}</Link>
    </AccountForm>
  );
}
