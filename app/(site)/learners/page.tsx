import type { Metadata } from 'next';
import Link from 'next/link';
import { auth } from '../../../lib/auth/index.ts';
import type { Account } from '../../../lib/auth/index.ts';
import { exams } from '../../../lib/exam/index.ts';
import type { AttemptSummary } from '../../../lib/exam/index.ts';
import { dictionary, formatPercent } from '../../../lib/i18n/index.ts';
import type { Locale } from '../../../lib/i18n/index.ts';
import frame from '../../_components/attempt-rows.module.css';
import { pageInstructor } from '../../_components/page-account.ts';
import { requestLocale } from '../../_components/request-locale.ts';
import { When } from '../../_components/when.tsx';
import styles from './learners.module.css';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await requestLocale()).t.learners.title };
}

/** Everybody, and how they are doing. For instructors. */
export default async function LearnersPage() {
  const viewer = await pageInstructor('/learners');
  const { locale, t } = await requestLocale();
  const accounts = await auth().accounts();
  const histories = await Promise.all(accounts.map(({ id }) => exams().history(viewer, id)));
  return (
    <>
      <h1>{t.learners.title}</h1>
      <p className="muted">{t.learners.lead}</p>
      <div className={frame.frame}>
        <table className={styles.rows}>
          <thead>
            <tr>
              <th scope="col">{t.learners.name}</th>
              <th scope="col">{t.learners.last}</th>
              <th scope="col">{t.learners.now}</th>
              <th scope="col">{t.learners.labsDone}</th>
              <th scope="col">{t.learners.bestExam}</th>
            </tr>
          </thead>
          <tbody>
            {accounts.map((account, i) => (
              <LearnerRow key={account.id} account={account} history={histories[i] ?? []} locale={locale} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

interface LearnerRowProps {
  account: Account;
  /** Newest first. */
  history: readonly AttemptSummary[];
  locale: Locale;
}

function LearnerRow({ account, history, locale }: LearnerRowProps) {
  const t = dictionary(locale);
  const [newest] = history;
  const running = history.find((a) => a.status === 'running');
  const solved = new Set(history.filter((a) => a.kind === 'lab' && a.score === 100).map((a) => a.slug));
  const examScores = history.flatMap((a) => (a.kind === 'exam' && a.score !== undefined ? [a.score] : []));
  return (
    <tr>
      <td>
        <Link href={`/learners/${account.id}`}>{account.name}</Link>{' '}
        {account.role === 'instructor' && <span className="badge">{t.learners.instructor}</span>}
        <div className="muted small">{account.email}</div>
      </td>
      <td className="muted small" data-label={t.learners.last}>
        {newest ? <When date={newest.startedAt ?? newest.createdAt} /> : '–'}
      </td>
      <td className="small" data-label={t.learners.now}>
        {running ? running.title[locale] : '–'}
      </td>
      <td className="number" data-label={t.learners.labsDone}>
        {solved.size}
      </td>
      <td className="number" data-label={t.learners.bestExam}>
        {examScores.length > 0 ? formatPercent(locale, Math.max(...examScores)) : '–'}
      </td>
    </tr>
  );
}
