'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { callApi } from '../../../_components/call-api.ts';
import { useLocale, useText } from '../../../_components/locale-provider.tsx';
import { refusalText } from '../../../_components/refusal-text.ts';
import { useToast } from '../../../_components/toasts.tsx';

/** Starts the clock; the same address is the exam room then. */
export function StartClockButton({ attempt }: { attempt: string }) {
  const t = useText();
  const locale = useLocale();
  const router = useRouter();
  const toast = useToast();
  const [busy, setBusy] = useState(false);

  const start = async () => {
    setBusy(true);
    const answer = await callApi('POST', `/api/attempts/${attempt}/start`);
    if (answer.ok) {
      router.refresh();
      return;
    }
    setBusy(false);
    toast(refusalText(answer.refusal, locale, t), 'warn');
  };

  return (
    <button type="button" className="button primary large" disabled={busy} onClick={() => void start()}>
      {busy && <span className="spinner" aria-hidden="true" />}
      {busy ? t.start.starting : t.start.button}
    </button>
  );
}
