import { useCallback, useEffect, useState } from 'react';
import { callApi } from '../../../_components/call-api.ts';
import type { Refusal } from '../../../_components/call-api.ts';

export type Opening = { state: 'preparing' } | { state: 'ready' } | { state: 'refused'; refusal: Refusal };

/**
 * Makes the task's cluster ready before its first terminal is opened, and then that of the task after it, so that going
 * on does not mean waiting.
 */
export function useOpenTask(
  attempt: string,
  position: number,
  nextPosition: number | undefined,
  isHeld: boolean,
): [Opening, () => void] {
  const [opening, setOpening] = useState<Opening>({ state: 'preparing' });
  const [tries, setTries] = useState(0);

  useEffect(() => {
    if (isHeld) return;
    let isStale = false;
    const open = (p: number) => callApi('POST', `/api/attempts/${attempt}/tasks/${p}/open`);
    void (async () => {
      const answer = await open(position);
      if (isStale) return;
      setOpening(answer.ok ? { state: 'ready' } : { state: 'refused', refusal: answer.refusal });
      // Whether this one works is found out when its turn comes.
      if (answer.ok && nextPosition !== undefined) await open(nextPosition);
    })();
    return () => {
      isStale = true;
    };
  }, [attempt, position, nextPosition, isHeld, tries]);

  const retry = useCallback(() => {
    setOpening({ state: 'preparing' });
    setTries((n) => n + 1);
  }, []);
  return [opening, retry];
}
