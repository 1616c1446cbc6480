import { DOMAINS } from '../../../lib/exam/index.ts';
import type { Domain, ExamSummary } from '../../../lib/exam/index.ts';
import { dictionary, formatPercent } from '../../../lib/i18n/index.ts';
import type { Locale } from '../../../lib/i18n/index.ts';
import { wholePercents } from '../../../lib/kit/whole-percents.ts';
import styles from './home.module.css';
import { StartButton } from '../../_components/start-button.tsx';

/** How much of the exam each domain makes up, in whole per cent; domains that it lacks are left out. */
function shares({ tasks }: ExamSummary) {
  const weightOf = (domain: Domain) =>
    tasks.filter((task) => task.domain === domain).reduce((sum, task) => sum + task.weight, 0);
  const domains = DOMAINS.filter((domain) => weightOf(domain) > 0);
  const percents = wholePercents(domains.map(weightOf));
  return domains.map((domain, i) => ({ domain, percent: percents[i] ?? 0 }));
}

export function ExamCard({ exam, locale, isOpen }: { exam: ExamSummary; locale: Locale; isOpen: boolean }) {
  const t = dictionary(locale);
  return (
    <article className={`card ${styles.exam}`}>
      <h3>{exam.title[locale]}</h3>
      <p className={`muted ${styles.facts}`}>
        <span>{t.units.minutes(exam.minutes)}</span>
        <span>{t.units.tasks(exam.tasks.length)}</span>
        <span>{t.home.passMark(formatPercent(locale, exam.passMark))}</span>
      </p>
      <h4 className={styles.covers}>{t.home.covers}</h4>
      <ul className={styles.shares}>
        {shares(exam).map(({ domain, percent }) => (
          <li key={domain}>
            <span>{t.domains[domain]}</span>
            <span className="number">{formatPercent(locale, percent)}</span>
            <span className={styles.track} aria-hidden="true">
              <span style={{ width: `${percent}%` }} />
            </span>
          </li>
        ))}
      </ul>
      <StartButton
        start={{ kind: 'exam', slug: exam.slug }}
        label={isOpen ? t.home.continueExam : t.home.sit}
        name={exam.title[locale]}
        className="button primary"
      />
    </article>
  );
}
