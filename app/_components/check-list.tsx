'use client';

import type { CheckResult } from '../../lib/exam/index.ts';
import { formatPoints } from '../../lib/i18n/index.ts';
import styles from './check-list.module.css';
import { useLocale, useText } from './locale-provider.tsx';

/** Every check of a task: won or lost, and why; what was expected and found where it was lost. */
export function CheckList({ checks }: { checks: readonly CheckResult[] }) {
  const t = useText();
  const locale = useLocale();
  return (
    <ul className={styles.checks}>
      {checks.map((check) => {
        const won = check.earned > 0;
        return (
          <li key={check.id} data-won={won}>
            <span className={styles.mark}>
              <span aria-hidden="true">{won ? '✓' : '✕'}</span>
              <span className="hidden">{won ? t.result.earned : t.result.missed}</span>
            </span>
            <div className={styles.text}>
              <p className={styles.what}>{check.what[locale]}</p>
              {check.why[locale] && <p className="muted small">{check.why[locale]}</p>}
              {!won && (check.expected || check.found) && (
                <dl className={styles.values}>
                  {check.expected && (
                    <div>
                      <dt>{t.result.expected}</dt>
                      <dd>{check.expected}</dd>
                    </div>
                  )}
                  <div>
                    <dt>{t.result.found}</dt>
                    <dd>{check.found || t.result.nothing}</dd>
                  </div>
                </dl>
              )}
            </div>
            <span className={`number small ${styles.points}`}>
              {formatPoints(locale, check.earned)} / {formatPoints(locale, check.points)}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
