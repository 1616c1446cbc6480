import type { Metadata } from 'next';
import Link from 'next/link';
import { exams } from '../../../lib/exam/index.ts';
import { AttemptRows } from '../../_components/attempt-rows.tsx';
import { pageAccount } from '../../_components/page-account.ts';
import { requestLocale } from '../../_components/request-locale.ts';
import { ExamCard } from './exam-card.tsx';
import styles from './home.module.css';
import { LabList } from './lab-list.tsx';
import { OpenAttempts } from './open-attempts.tsx';

const RECENT = 5;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await requestLocale()).t.nav.home };
}

/** The best score so far by exercise. */
function bestScores(labs: readonly { slug: string; score?: number }[]): Record<string, number> {
  const best: Record<string, number> = {};
  for (const { slug, score } of labs) if (score !== undefined) best[slug] = Math.max(best[slug] ?? 0, score);
  return best;
}

export default async function HomePage() {
  const account = await pageAccount('/home');
  const { locale, t } = await requestLocale();
  const history = await exams().history(account, account.id);
  const open = history.filter((a) => a.status === 'created' || a.status === 'running');
  const done = history.filter((a) => a.status === 'submitted' || a.status === 'graded');
  const papers = exams().exams();
  return (
    <>
      <div className={styles.hello}>
        <h1>{t.home.title(account.name)}</h1>
        <p className="muted">{t.home.lead}</p>
      </div>

      {open.length > 0 && <OpenAttempts attempts={open} locale={locale} />}

      <section className={styles.section} aria-labelledby="exams">
        <h2 id="exams">{t.home.exams}</h2>
        {papers.length === 0 ? (
          <p className="empty">{t.home.noExams}</p>
        ) : (
          <div className={styles.exams}>
            {papers.map((exam) => (
              <ExamCard
                key={exam.slug}
                exam={exam}
                locale={locale}
                isOpen={open.some((a) => a.kind === 'exam' && a.slug === exam.slug)}
              />
            ))}
          </div>
        )}
      </section>

      <section className={styles.section} aria-labelledby="labs">
        <LabList
          exercises={exams().exercises()}
          best={bestScores(done.filter((a) => a.kind === 'lab'))}
          open={open.filter((a) => a.kind === 'lab').map((a) => a.slug)}
        />
      </section>

      {done.length > 0 && (
        <section className={styles.section} aria-labelledby="recent">
          <div className={styles.sectionHead}>
            <h2 id="recent">{t.home.recent}</h2>
            <Link href="/history">{t.home.allHistory}</Link>
          </div>
          <AttemptRows attempts={done.slice(0, RECENT)} locale={locale} />
        </section>
      )}
    </>
  );
}
