'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { callApi } from './call-api.ts';
import { useLocale, useText } from './locale-provider.tsx';
import { refusalText } from './refusal-text.ts';
import { useToast } from './toasts.tsx';

export interface StartButtonProps {
  start: { kind: 'exam'; slug: string } | { kind: 'lab'; slug: string; timed: boolean };
  label: string;
  /** What is started, for those who hear the button without what stands around it. */
  name: string;
  className: string;
}

/** Makes an attempt, or finds the open one, and goes there. */
export function StartButton({ start, label, name, className }: StartButtonProps) {
  const t = useText();
  const locale = useLocale();
  const router = useRouter();
  const toast = useToast();
  const [busy, setBusy] = useState(false);

  const go = async () => {
    setBusy(true);
    const answer = await callApi('POST', '/api/attempts', start);
    if (answer.ok) {
      router.push(`/attempts/${(answer.value as { id: string }).id}`);
      return;
    }
    setBusy(false);
    toast(refusalText(answer.refusal, locale, t), 'warn');
  };

  return (
    <button
      type="button"
      className={className}
      aria-label={`${label}: ${name}`}
      disabled={busy}
      onClick={() => void go()}
    >
      {busy && <span className="spinner" aria-hidden="true" />}
      {label}
    </button>
  );
}
