'use client';

import { useCallback } from 'react';
import { copyText } from './copy-text.ts';
import { useText } from './locale-provider.tsx';
import { useToast } from './toasts.tsx';

/** Copies, and says whether it worked. */
export function useCopy(): (text: string) => void {
  const t = useText();
  const toast = useToast();
  return useCallback(
    (text) => void copyText(text).then((done) => toast(done ? t.room.copied : t.room.copyFailed)),
    [t, toast],
  );
}
