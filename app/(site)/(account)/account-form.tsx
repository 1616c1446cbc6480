'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import type { Dictionary, Locale } from '../../../lib/i18n/index.ts';
import { useLocale, useText } from '../../_components/locale-provider.tsx';
import styles from './account.module.css';
import { Field, type FieldKind } from './field.tsx';

/** Why a form was not taken, in whichever language the page then has. */
export interface Problem {
  /** The field that it is about; the form as a whole otherwise. */
  field?: FieldKind['name'] | undefined;
  say: (t: Dictionary, locale: Locale) => string;
}

export type Values = Record<FieldKind['name'], string>;

interface AccountFormProps {
  title: string;
  lead: string;
  note?: string | undefined;
  fields: readonly FieldKind[];
  button: string;
  busyButton: string;
  /** Undefined: signed in. */
  submit: (values: Values) => Promise<Problem | undefined>;
  /** Where somebody who is signed in goes. */
  next: string;
  /** The way to the other form. */
  children: ReactNode;
}

/** The card by which somebody comes in: fields, what is wrong beside them, one button. */
export function AccountForm({
  title,
  lead,
  note,
  fields,
  button,
  busyButton,
  submit,
  next,
  children,
}: AccountFormProps) {
  const t = useText();
  const locale = useLocale();
  const router = useRouter();
  const [values, setValues] = useState<Values>({ name: '', email: '', password: '' });
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);

  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    const found = await submit(values);
    if (found) {
      setProblem(found);
      setBusy(false);
      if (found.field) document.querySelector<HTMLInputElement>(`#${found.field}`)?.focus();
      return;
    }
    router.replace(next);
    router.refresh();
  };

  return (
    <div className={`card ${styles.box}`}>
      <h1>{title}</h1>
      <p className={styles.lead}>{lead}</p>
      <form className={styles.form} noValidate onSubmit={(e) => void send(e)}>
        {note !== undefined && <p className="note">{note}</p>}
        {problem && !problem.field && (
          <p className="note bad" role="alert">
            {problem.say(t, locale)}
          </p>
        )}
        {fields.map((field) => (
          <Field
            key={field.name}
            {...field}
            value={values[field.name]}
            onChange={(value) => setValues({ ...values, [field.name]: value })}
            error={problem?.field === field.name ? problem.say(t, locale) : undefined}
          />
        ))}
        <button type="submit" className="button primary large" disabled={busy}>
          {busy ? busyButton : button}
        </button>
      </form>
      <p className={styles.other}>{children}</p>
    </div>
  );
}
