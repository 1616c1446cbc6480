'use client';

import { useText } from './locale-provider.tsx';

/** Stands for a page that is on its way. */
export function LoadingNote() {
  const t = useText();
  return (
    <output className="muted" style={{ display: 'flex', gap: 'var(--s3)', alignItems: 'center', padding: 'var(--s6)' }}>
      <span className="spinner" aria-hidden="true" />
      {t.failure.loading}
    </output>
  );
}
