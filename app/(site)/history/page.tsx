import type { Metadata } from 'next';
import { exams } from '../../../lib/exam/index.ts';
import { AttemptRows } from '../../_components/attempt-rows.tsx';
import { pageAccount } from '../../_components/page-account.ts';
import { requestLocale } from '../../_components/request-locale.ts';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await requestLocale()).t.history.title };
}

export default async function HistoryPage() {
  const account = await pageAccount('/history');
  const { locale, t } = await requestLocale();
  const history = await exams().history(account, account.id);
  return (
    <>
      <h1>{t.history.title}</h1>
      {history.length === 0 ? (
        <p className="empty" style={{ marginTop: 'var(--s5)' }}>
          {t.history.empty}
        </p>
      ) : (
        <AttemptRows attempts={history} locale={locale} />
      )}
    </>
  );
}
