'use client';

import { Notice } from './_components/notice.tsx';
import { useText } from './_components/locale-provider.tsx';

export default function ErrorPage({ reset }: { error: Error; reset: () => void }) {
  const t = useText();
  return (
    <main>
      <Notice title={t.failure.title} text={t.failure.text}>
        <button type="button" className="button primary" onClick={() => reset()}>
          {t.failure.retry}
        </button>
        {/* A fresh load on purpose: the page's own state is what failed. */}
        {/* oxlint-disable-next-line next/no-html-link-for-pages */}
        <a className="button" href="/home">
          {t.failure.toHome}
        </a>
      </Notice>
    </main>
  );
}
