import { useEffect, useRef } from 'react';
import { useText } from '../../../_components/locale-provider.tsx';
import { useToast } from '../../../_components/toasts.tsx';

const NOTICES_MINUTES = [30, 15, 5];

/** Says it when the time left passes 30, 15 and 5 minutes, and when there is none. */
export function useTimeNotices(secondsLeft: number | undefined): void {
  const t = useText();
  const toast = useToast();
  const before = useRef(secondsLeft);
  useEffect(() => {
    const was = before.current;
    before.current = secondsLeft;
    if (was === undefined || secondsLeft === undefined) return;
    const passed = NOTICES_MINUTES.findLast((m) => was > m * 60 && secondsLeft <= m * 60);
    if (secondsLeft === 0 && was > 0) toast(t.room.timeUp, 'warn');
    else if (passed !== undefined) toast(t.room.notices(passed), 'warn');
  }, [secondsLeft, t, toast]);
}
