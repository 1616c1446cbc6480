import { useRouter } from 'next/navigation';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { AttemptView } from '../../../../lib/exam/index.ts';
import { callApi } from '../../../_components/call-api.ts';

/** How often the server is asked while all is well, and once time is up. */
const LOOK_EVERY_S = 30;
const LOOK_AT_END_EVERY_S = 2;

/** An attempt in an answer of the server, as far as the watch needs it. */
interface Answered {
  status: string;
  now: string;
  endsAt?: string;
}

export interface AttemptWatch {
  /** Whole seconds left by the server's clock; undefined without a limit. */
  secondsLeft: number | undefined;
  /** Asks the server at once. */
  look: () => void;
}

/**
 * Shows the server's time, and leaves the room when the attempt has ended, wherever that happened: time was up, or it was
 * submitted in another window.
 */
export function useAttemptWatch({ id, now, endsAt }: Pick<AttemptView, 'id' | 'now' | 'endsAt'>): AttemptWatch {
  const router = useRouter();
  const [offset, setOffset] = useState(() => now.getTime() - Date.now());
  const [end, setEnd] = useState(endsAt?.getTime());
  const left = () => (end === undefined ? undefined : Math.max(0, Math.ceil((end - offset - Date.now()) / 1000)));
  const [secondsLeft, setSecondsLeft] = useState(left);
  const isLooking = useRef(false);

  const look = useCallback(() => {
    if (isLooking.current) return;
    isLooking.current = true;
    void callApi('GET', `/api/attempts/${id}`).then((answer) => {
      isLooking.current = false;
      if (!answer.ok) {
        // Signed out meanwhile: the page leads to signing in, and back here.
        if (answer.refusal.code === 'not-signed-in') router.refresh();
        return;
      }
      const attempt = answer.value as Answered;
      setOffset(Date.parse(attempt.now) - Date.now());
      setEnd(attempt.endsAt === undefined ? undefined : Date.parse(attempt.endsAt));
      if (attempt.status !== 'running') router.refresh();
    });
  }, [id, router]);

  useEffect(() => {
    look();
    const onShow = () => {
      if (document.visibilityState === 'visible') look();
    };
    document.addEventListener('visibilitychange', onShow);
    window.addEventListener('online', look);
    return () => {
      document.removeEventListener('visibilitychange', onShow);
      window.removeEventListener('online', look);
    };
  }, [look]);

  useEffect(() => {
    let ticks = 0;
    const tick = () => {
      const seconds = end === undefined ? undefined : Math.max(0, Math.ceil((end - offset - Date.now()) / 1000));
      setSecondsLeft(seconds);
      ticks++;
      if (ticks % (seconds === 0 ? LOOK_AT_END_EVERY_S : LOOK_EVERY_S) === 0) look();
    };
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [end, offset, look]);

  return { secondsLeft, look };
}
