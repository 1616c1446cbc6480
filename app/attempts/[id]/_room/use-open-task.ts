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

  const open = useCallback(
    async (signal?: AbortSignal) => {
      const post = (p: number) => callApi('POST', `/api/attempts/${attempt}/tasks/${p}/open`);
      const answer = await post(position);
      if (signal?.aborted) return;
      setOpening(answer.ok ? { state: 'ready' } : { state: 'refused', refusal: answer.refusal });
      // Whether this one works is found out when its turn comes.
      if (answer.ok && nextPosition !== undefined) await post(nextPosition);
    },
    [attempt, position, nextPosition],
  );

  useEffect(() => {
    if (isHeld) return;
    const abort = new AbortController();
    void open(abort.signal);
    return () => abort.abort();
  }, [open, isHeld]);

  const retry = useCallback(() => {
    setOpening({ state: 'preparing' });
    void open();
  }, [open]);
  return [opening, retry];
}
