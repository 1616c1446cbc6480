'use client';

import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { callApi } from '../../../_components/call-api.ts';
import type { Refusal } from '../../../_components/call-api.ts';
import { useLocale, useText } from '../../../_components/locale-provider.tsx';
import { refusalText } from '../../../_components/refusal-text.ts';
import styles from '../account.module.css';
import { Field } from '../field.tsx';
import { signInWith } from '../sign-in-with.ts';

export function SignUpForm({ isFirst }: { isFirst: boolean }) {
  const t = useText();
  const locale = useLocale();
  const router = useRouter();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [refusal, setRefusal] = useState<Refusal>();
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setRefusal(undefined);
    const answer = await callApi('POST', '/api/sign-up', { name, email, password });
    const refused = answer.ok ? await signInWith(email, password) : answer.refusal;
    if (refused) {
      setRefusal(refused);
      setBusy(false);
      if (refused.field) document.querySelector<HTMLInputElement>(`#${CSS.escape(refused.field)}`)?.focus();
      return;
    }
    router.replace('/home');
    router.refresh();
  };

  const errorOf = (field: string) => (refusal?.field === field ? refusalText(refusal, locale, t) : undefined);

  return (
    <div className={`card ${styles.box}`}>
      <h1>{t.account.signUpTitle}</h1>
      <p className={styles.lead}>{t.account.signUpLead}</p>
      <form className={styles.form} noValidate onSubmit={(e) => void submit(e)}>
        {isFirst && <p className="note">{t.account.first}</p>}
        {refusal && !refusal.field && (
          <p className="note bad" role="alert">
            {refusalText(refusal, locale, t)}
          </p>
        )}
        <Field
          name="name"
          label={t.account.name}
          type="text"
          autoComplete="name"
          value={name}
          onChange={setName}
          error={errorOf('name')}
        />
        <Field
          name="email"
          label={t.account.email}
          type="email"
          autoComplete="username"
          value={email}
          onChange={setEmail}
          error={errorOf('email')}
        />
        <Field
          name="password"
          label={t.account.password}
          type="password"
          autoComplete="new-password"
          value={password}
          onChange={setPassword}
          hint={t.account.passwordHint}
          error={errorOf('password')}
        />
        <button type="submit" className="button primary large" disabled={busy}>
          {busy ? t.account.signingUp : t.account.signUp}
        </button>
      </form>
      <p className={styles.other}>
        {t.account.haveAccount} <Link href="/sign-in">{t.account.signIn}</Link>
      </p>
    </div>
  );
}
