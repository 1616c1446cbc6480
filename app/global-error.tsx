'use client';

import { dictionary } from '../lib/i18n/index.ts';
import { Notice } from './_components/notice.tsx';
import './globals.css';

/** The root layout itself failed: the language is not known, so both are shown. */
export default function GlobalError({ reset }: { error: Error; reset: () => void }) {
  return (
    <html lang="en">
      <body>
        <main>
          {(['en', 'ko'] as const).map((locale) => {
            const { failure } = dictionary(locale);
            return (
              <div key={locale} lang={locale}>
                <Notice title={failure.title} text={failure.text}>
                  <button type="button" className="button primary" onClick={() => reset()}>
                    {failure.retry}
                  </button>
                </Notice>
              </div>
            );
          })}
        </main>
      </body>
    </html>
  );
}
