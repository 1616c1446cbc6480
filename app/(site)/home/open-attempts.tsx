import Link from 'next/link';
import type { AttemptSummary } from '../../../lib/exam/index.ts';
import { dictionary } from '../../../lib/i18n/index.ts';
import type { Locale } from '../../../lib/i18n/index.ts';
import { When } from '../../_components/when.tsx';
import styles from './home.module.css';

/** What can be gone on with, first on the page. */
export function OpenAttempts({ attempts, locale }: { attempts: readonly AttemptSummary[]; locale: Locale }) {
  const t = dictionary(locale);
  const continueWord = ({ kind }: AttemptSummary) => (kind === 'exam' ? t.home.continueExam : t.home.continueLab);
  return (
    <section className={styles.section} aria-labelledby="open">
      <h2 id="open">{t.home.open}</h2>
      <ul className={styles.open}>
        {attempts.map((a) => (
          <li key={a.id} className={`card ${styles.openCard}`}>
            <div>
              <h3>{a.title[locale]}</h3>
              <p className="muted small">
                {a.kind === 'exam' ? t.history.exam : t.history.lab}
                {' · '}
                {a.startedAt ? <When date={a.startedAt} /> : t.home.notStarted}
              </p>
            </div>
            <Link
              className="button primary"
              href={`/attempts/${a.id}`}
              aria-label={`${continueWord(a)}: ${a.title[locale]}`}
            >
              {continueWord(a)}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
