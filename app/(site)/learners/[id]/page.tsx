import Link from 'next/link';
import { notFound } from 'next/navigation';
import { auth } from '../../../../lib/auth/index.ts';
import { exams } from '../../../../lib/exam/index.ts';
import { AttemptRows } from '../../../_components/attempt-rows.tsx';
import { pageInstructor } from '../../../_components/page-account.ts';
import { requestLocale } from '../../../_components/request-locale.ts';

/** One learner's history; each row leads to the result as the learner sees it. */
export default async function LearnerPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const viewer = await pageInstructor(`/learners/${id}`);
  const { locale, t } = await requestLocale();
  const learner = (await auth().account(id)) ?? notFound();
  const history = await exams().history(viewer, id);
  return (
    <>
      <p className="small">
        <Link href="/learners">← {t.learners.title}</Link>
      </p>
      <h1>{t.learners.of(learner.name)}</h1>
      {history.length === 0 ? (
        <p className="empty">{t.learners.empty}</p>
      ) : (
        <AttemptRows attempts={history} locale={locale} />
      )}
    </>
  );
}
