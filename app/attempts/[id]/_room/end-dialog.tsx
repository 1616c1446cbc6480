'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { AttemptView } from '../../../../lib/exam/index.ts';
import { clockFace } from '../../../../lib/i18n/index.ts';
import { callApi } from '../../../_components/call-api.ts';
import { Dialog } from '../../../_components/dialog.tsx';
import { useLocale, useText } from '../../../_components/locale-provider.tsx';
import { refusalText } from '../../../_components/refusal-text.ts';
import { useToast } from '../../../_components/toasts.tsx';
import styles from './room.module.css';

export interface EndDialogProps {
  attempt: AttemptView;
  isOpen: boolean;
  onClose: () => void;
  flags: readonly number[];
  touched: readonly number[];
  secondsLeft: number | undefined;
}

/** Asks before an attempt is submitted, and says what is still open. */
export function EndDialog({ attempt, isOpen, onClose, flags, touched, secondsLeft }: EndDialogProps) {
  const t = useText();
  const locale = useLocale();
  const router = useRouter();
  const toast = useToast();
  const [busy, setBusy] = useState(false);
  const isLab = attempt.kind === 'lab';
  const untouched = attempt.tasks.map((task) => task.position).filter((p) => !touched.includes(p));

  const submit = async () => {
    setBusy(true);
    const answer = await callApi('POST', `/api/attempts/${attempt.id}/submit`);
    if (answer.ok) {
      router.refresh();
      return;
    }
    setBusy(false);
    toast(refusalText(answer.refusal, locale, t), 'warn');
  };

  return (
    <Dialog title={isLab ? t.lab.finishTitle : t.room.submitTitle} isOpen={isOpen} onClose={onClose}>
      <p>{isLab ? t.lab.finishText : t.room.submitText}</p>
      {!isLab && (
        <ul className={styles.openTasks}>
          {untouched.length > 0 && (
            <li>
              {t.room.submitUntouched} <strong>{t.room.taskNumbers(untouched)}</strong>
            </li>
          )}
          {flags.length > 0 && (
            <li>
              {t.room.submitFlagged} <strong>{t.room.taskNumbers(flags.toSorted((a, b) => a - b))}</strong>
            </li>
          )}
          {untouched.length + flags.length === 0 && <li>{t.room.submitAllDone}</li>}
          {secondsLeft !== undefined && <li className="number">{t.room.submitTimeLeft(clockFace(secondsLeft))}</li>}
        </ul>
      )}
      <div className={styles.dialogActions}>
        <button type="button" className="button" onClick={onClose}>
          {t.room.keepWorking}
        </button>
        <button type="button" className="button primary" disabled={busy} onClick={() => void submit()}>
          {busy ? t.room.submitting : isLab ? t.lab.finishConfirm : t.room.submitConfirm}
        </button>
      </div>
    </Dialog>
  );
}
