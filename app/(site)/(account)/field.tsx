'use client';

import { useState } from 'react';
import { useText } from '../../_components/locale-provider.tsx';
import styles from './account.module.css';

/** What a field asks for. */
export interface FieldKind {
  name: 'name' | 'email' | 'password';
  label: string;
  type: 'text' | 'email' | 'password';
  autoComplete: string;
  hint?: string;
}

interface FieldProps extends FieldKind {
  value: string;
  onChange: (value: string) => void;
  error?: string | undefined;
}

/** A labelled field with its hint and its error; a password can be made visible. */
export function Field({ name, label, type, autoComplete, value, onChange, hint, error }: FieldProps) {
  const t = useText();
  const [shown, setShown] = useState(false);
  const notes = [error && `${name}-error`, hint && `${name}-hint`].filter(Boolean).join(' ');
  return (
    <div className={styles.field}>
      <label htmlFor={name}>{label}</label>
      <div className={type === 'password' ? styles.password : undefined}>
        <input
          id={name}
          name={name}
          type={type === 'password' && shown ? 'text' : type}
          autoComplete={autoComplete}
          autoCapitalize={type === 'text' ? 'words' : 'none'}
          spellCheck={false}
          required
          aria-invalid={error !== undefined}
          aria-describedby={notes || undefined}
          value={value}
          onChange={(e) => onChange(e.target.value)}
        />
        {type === 'password' && (
          <button
            type="button"
            className={styles.eye}
            aria-label={shown ? t.account.hide : t.account.show}
            title={shown ? t.account.hide : t.account.show}
            aria-controls={name}
            onClick={() => setShown(!shown)}
          >
            <svg
              viewBox="0 0 24 24"
              width="20"
              height="20"
              fill="none"
              stroke="currentColor"
              strokeWidth="1.8"
              aria-hidden="true"
            >
              <path d="M2 12s3.6-6.5 10-6.5S22 12 22 12s-3.6 6.5-10 6.5S2 12 2 12z" />
              <circle cx="12" cy="12" r="3" />
              {shown && <path d="M4 4l16 16" />}
            </svg>
          </button>
        )}
      </div>
      {error && (
        <p id={`${name}-error`} className={styles.error}>
          {error}
        </p>
      )}
      {hint && (
        <p id={`${name}-hint`} className={styles.hint}>
          {hint}
        </p>
      )}
    </div>
  );
}
