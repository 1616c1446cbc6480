import Link from 'next/link';
import type { AttemptView } from '../../../../lib/exam/index.ts';
import { dictionary, formatPercent } from '../../../../lib/i18n/index.ts';
import type { Locale } from '../../../../lib/i18n/index.ts';
import { StartClockButton } from './start-clock-button.tsx';
import styles from './start-page.module.css';

/** What one must know before the clock starts. */
export function StartPage({ attempt, locale }: { attempt: AttemptView; locale: Locale }) {
  const t = dictionary(locale);
  const facts = [
    [t.start.time, attempt.minutes === undefined ? t.units.noLimit : t.units.minutes(attempt.minutes)],
    [t.start.tasks, t.units.tasks(attempt.tasks.length)],
    [t.start.pass, formatPercent(locale, attempt.passMark)],
  ];
  return (
    <div className={styles.start}>
      <p className={styles.kicker}>{t.start.kicker}</p>
      <h1>{attempt.title[locale]}</h1>
      <dl className={styles.facts} aria-label={t.start.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <h2>{t.start.rulesTitle}</h2>
      <ol className={styles.rules}>
        {t.start.rules.map((rule) => (
          <li key={rule}>{rule}</li>
        ))}
      </ol>
      <div className={styles.actions}>
        <StartClockButton attempt={attempt.id} />
        <Link className="button large quiet" href="/home">
          {t.start.later}
        </Link>
      </div>
    </div>
  );
}
