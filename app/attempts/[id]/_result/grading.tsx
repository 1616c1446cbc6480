'use client';

import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { callApi } from '../../../_components/call-api.ts';
import { useText } from '../../../_components/locale-provider.tsx';
import { Notice } from '../../../_components/notice.tsx';

const LOOK_EVERY_MS = 2000;

/** Waits for the result and shows it when it is there. */
export function Grading({ attempt }: { attempt: string }) {
  const t = useText();
  const router = useRouter();

  useEffect(() => {
    let isLooking = false;
    const look = async () => {
      if (isLooking) return;
      isLooking = true;
      const answer = await callApi('GET', `/api/attempts/${attempt}`);
      isLooking = false;
      if (answer.ok && (answer.value as { status: string }).status === 'graded') router.refresh();
    };
    const timer = setInterval(() => void look(), LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [attempt, router]);

  return (
    <div aria-live="polite">
      <Notice title={t.result.grading} text={t.result.gradingText}>
        <span className="spinner" style={{ fontSize: '1.5rem', color: 'var(--accent)' }} aria-hidden="true" />
      </Notice>
    </div>
  );
}
