import { useCallback, useEffect, useState } from 'react';
import { callApi } from '../../../_components/call-api.ts';
import type { Refusal } from '../../../_components/call-api.ts';

export type Opening = { state: 'preparing' } | { state: 'ready' } | { state: 'refused'; refusal: Refusal };

const post = (attempt: string, position: number) => callApi('POST', `/api/attempts/${attempt}/tasks/${position}/open`);

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
  const isPreparing = opening.state === 'preparing';

  useEffect(() => {
    if (isHeld || !isPreparing) return;
    let isStale = false;
    void post(attempt, position).then((answer) => {
      if (isStale) return;
      setOpening(answer.ok ? { state: 'ready' } : { state: 'refused', refusal: answer.refusal });
      // Whether the next one works is found out when its turn comes.
      if (answer.ok && nextPosition !== undefined) void post(attempt, nextPosition);
    });
    return () => {
      isStale = true;
    };
  }, [attempt, position, nextPosition, isHeld, isPreparing]);

  return [opening, useCallback(() => setOpening({ state: 'preparing' }), [])];
}
