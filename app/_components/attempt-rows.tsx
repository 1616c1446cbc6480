import Link from 'next/link';
import type { AttemptSummary } from '../../lib/exam/index.ts';
import { dictionary, formatPercent } from '../../lib/i18n/index.ts';
import type { Locale } from '../../lib/i18n/index.ts';
import styles from './attempt-rows.module.css';
import { When } from './when.tsx';

/** Attempts as a table; each row leads to the attempt. */
export function AttemptRows({ attempts, locale }: { attempts: readonly AttemptSummary[]; locale: Locale }) {
  const t = dictionary(locale);
  return (
    <div className={styles.frame}>
      <table className={styles.rows}>
        <thead>
          <tr>
            <th scope="col">{t.history.what}</th>
            <th scope="col">{t.history.when}</th>
            <th scope="col">{t.history.state}</th>
            <th scope="col">{t.history.score}</th>
          </tr>
        </thead>
        <tbody>
          {attempts.map((a) => (
            <tr key={a.id}>
              <td>
                <Link href={`/attempts/${a.id}`}>{a.title[locale]}</Link>
                <span className="muted small"> {a.kind === 'exam' ? t.history.exam : t.history.lab}</span>
              </td>
              <td className="muted small">
                <When date={a.startedAt ?? a.createdAt} />
              </td>
              <td>
                <State attempt={a} locale={locale} />
              </td>
              <td className={`number ${styles.score}`}>
                {a.score === undefined ? '–' : formatPercent(locale, a.score)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function State({ attempt: { status, passed }, locale }: { attempt: AttemptSummary; locale: Locale }) {
  const t = dictionary(locale);
  if (status === 'graded' && passed !== undefined)
    return <span className={`badge ${passed ? 'good' : 'bad'}`}>{passed ? t.result.passed : t.result.failed}</span>;
  return <span className={`badge ${status === 'running' ? 'warn' : ''}`}>{t.history.states[status]}</span>;
}
