import type { Metadata } from 'next';
import Link from 'next/link';
import { notFound, redirect } from 'next/navigation';
import { appErrorOf } from '../../../../../../lib/errors.ts';
import { exams } from '../../../../../../lib/exam/index.ts';
import { orNotFound, pageAccount } from '../../../../../_components/page-account.ts';
import { requestLocale } from '../../../../../_components/request-locale.ts';
import { SitePage } from '../../../../../_components/site-page.tsx';
import { SolutionText } from '../../../../../_components/solution-text.tsx';

type Props = { params: Promise<{ id: string; position: string }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await requestLocale()).t.result.solution };
}

export default async function SolutionPage({ params }: Props) {
  const { id, position } = await params;
  const account = await pageAccount(`/attempts/${id}/tasks/${position}/solution`);
  const { locale, t } = await requestLocale();
  const attempt = await orNotFound(exams().attempt(account, id));
  const task = attempt.tasks.find((one) => one.position === Number(position)) ?? notFound();
  const solution = await orNotFound(
    exams()
      .solution(account, id, task.position)
      .catch((err: unknown) => {
        // Not yet: the attempt's page says why.
        if (appErrorOf(err)?.code === 'wrong-state') redirect(`/attempts/${id}`);
        throw err;
      }),
  );
  return (
    <SitePage>
      <div style={{ maxWidth: '46rem' }}>
        <p className="small">
          <Link href={`/attempts/${id}`}>← {t.result.toResult}</Link>
        </p>
        <h1 style={{ margin: 'var(--s3) 0 var(--s5)' }}>{t.result.solutionOf(task.exercise.title[locale])}</h1>
        <SolutionText solution={solution} />
      </div>
    </SitePage>
  );
}
