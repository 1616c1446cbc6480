import type { Metadata } from 'next';
import { exams } from '../../../lib/exam/index.ts';
import { Notice } from '../../_components/notice.tsx';
import { orNotFound, pageAccount } from '../../_components/page-account.ts';
import { requestLocale } from '../../_components/request-locale.ts';
import { SitePage } from '../../_components/site-page.tsx';
import { Grading } from './_result/grading.tsx';
import { ResultPage } from './_result/result-page.tsx';
import { Room } from './_room/room.tsx';
import { StartPage } from './_start/start-page.tsx';

type Props = { params: Promise<{ id: string }> };

async function load({ params }: Props) {
  const { id } = await params;
  const account = await pageAccount(`/attempts/${id}`);
  return { account, attempt: await orNotFound(exams().attempt(account, id)) };
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  const { locale } = await requestLocale();
  return { title: (await load(props)).attempt.title[locale] };
}

/** One address for the whole life of an attempt: whoever comes back finds it as it stands. */
export default async function AttemptPage(props: Props) {
  const { account, attempt } = await load(props);
  const { locale, t } = await requestLocale();
  const isOwn = attempt.userId === account.id;
  if (attempt.status === 'running' && isOwn) return <Room attempt={attempt} />;
  if (attempt.status === 'created' || attempt.status === 'running') {
    return (
      <SitePage>
        {isOwn ? (
          <StartPage attempt={attempt} locale={locale} />
        ) : (
          <Notice title={t.result.stillRunning} text={t.result.stillRunningText} />
        )}
      </SitePage>
    );
  }
  return (
    <SitePage>
      {attempt.status === 'submitted' ? (
        <Grading attempt={attempt.id} />
      ) : (
        <ResultPage attempt={attempt} locale={locale} />
      )}
    </SitePage>
  );
}
