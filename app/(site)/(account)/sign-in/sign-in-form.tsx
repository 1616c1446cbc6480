'use client';

import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { FormEvent } from 'react';
import type { Refusal } from '../../../_components/call-api.ts';
import { useLocale, useText } from '../../../_components/locale-provider.tsx';
import { refusalText } from '../../../_components/refusal-text.ts';
import styles from '../account.module.css';
import { Field } from '../field.tsx';
import { signInWith } from '../sign-in-with.ts';

export function SignInForm({ next }: { next: string }) {
  const t = useText();
  const locale = useLocale();
  const router = useRouter();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [missing, setMissing] = useState<'email' | 'password'>();
  const [refusal, setRefusal] = useState<Refusal>();
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const empty = email.trim() ? (password ? undefined : 'password') : 'email';
    setMissing(empty);
    setRefusal(undefined);
    if (empty) {
      document.querySelector<HTMLInputElement>(`#${empty}`)?.focus();
      return;
    }
    setBusy(true);
    const refused = await signInWith(email, password);
    if (refused) {
      setRefusal(refused);
      setBusy(false);
      return;
    }
    router.replace(next);
    router.refresh();
  };

  const wording = (r: Refusal) => {
    if (r.code === 'wrong-password') return t.account.wrong;
    return r.code === 'too-many-attempts' ? t.account.tooMany : refusalText(r, locale, t);
  };

  return (
    <div className={`card ${styles.box}`}>
      <h1>{t.account.signInTitle}</h1>
      <p className={styles.lead}>{t.account.signInLead}</p>
      <form className={styles.form} noValidate onSubmit={(e) => void submit(e)}>
        {refusal && (
          <p className="note bad" role="alert">
            {wording(refusal)}
          </p>
        )}
        <Field
          name="email"
          label={t.account.email}
          type="email"
          autoComplete="username"
          value={email}
          onChange={setEmail}
          error={missing === 'email' ? t.account.needEmail : undefined}
        />
        <Field
          name="password"
          label={t.account.password}
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
          error={missing === 'password' ? t.account.needPassword : undefined}
        />
        <button type="submit" className="button primary large" disabled={busy}>
          {busy ? t.account.signingIn : t.account.signIn}
        </button>
      </form>
      <p className={styles.other}>
        {t.account.noAccount} <Link href="/sign-up">{t.account.signUpTitle}</Link>
      </p>
    </div>
  );
}
