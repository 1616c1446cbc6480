'use client';

import dynamic from 'next/dynamic';
import type { AttemptView } from '../../../../lib/exam/index.ts';
import { LoadingNote } from '../../../_components/loading-note.tsx';

// Only in the browser: it measures the screen, remembers things there and draws terminals.
const RoomOnScreen = dynamic(() => import('./room-on-screen.tsx').then((m) => m.RoomOnScreen), {
  ssr: false,
  loading: LoadingNote,
});

/** The exam room of a running exam; of a lab with checking, starting over and the solution. */
export function Room({ attempt }: { attempt: AttemptView }) {
  return <RoomOnScreen attempt={attempt} />;
}
