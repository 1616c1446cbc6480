import Link from 'next/link';
import { Notice } from './_components/notice.tsx';
import { requestLocale } from './_components/request-locale.ts';
import { SitePage } from './_components/site-page.tsx';

export default async function NotFound() {
  const { t } = await requestLocale();
  return (
    <SitePage>
      <Notice title={t.failure.missingTitle} text={t.failure.missingText}>
        <Link className="button primary" href="/home">
          {t.failure.toHome}
        </Link>
      </Notice>
    </SitePage>
  );
}
