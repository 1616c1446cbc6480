'use client';

import { useRouter } from 'next/navigation';
import { useTransition } from 'react';
import { LOCALES, LOCALE_COOKIE } from '../../lib/i18n/index.ts';
import type { Locale } from '../../lib/i18n/index.ts';
import styles from './language-switch.module.css';
import { useLocale, useText } from './locale-provider.tsx';

const A_YEAR = 365 * 24 * 60 * 60;

/** Changes the language and stays where one is: what is typed, open terminals and the scroll position are kept. */
export function LanguageSwitch() {
  const t = useText();
  const locale = useLocale();
  const router = useRouter();
  const [, startTransition] = useTransition();

  const choose = (wanted: Locale) => {
    document.cookie = `${LOCALE_COOKIE}=${wanted}; path=/; max-age=${A_YEAR}; samesite=lax`;
    startTransition(() => router.refresh());
  };

  return (
    <fieldset className={styles.switch} aria-label={t.languages.label}>
      {LOCALES.map((l) => (
        <button key={l} type="button" lang={l} aria-pressed={l === locale} onClick={() => choose(l)}>
          {t.languages[l]}
        </button>
      ))}
    </fieldset>
  );
}
