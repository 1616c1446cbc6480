'use client';

import { useState } from 'react';
import type { Solution, TaskResult } from '../../../../lib/exam/index.ts';
import { formatPoints } from '../../../../lib/i18n/index.ts';
import { callApi } from '../../../_components/call-api.ts';
import { CheckList } from '../../../_components/check-list.tsx';
import { Dialog } from '../../../_components/dialog.tsx';
import { useLocale, useText } from '../../../_components/locale-provider.tsx';
import { refusalText } from '../../../_components/refusal-text.ts';
import { SolutionText } from '../../../_components/solution-text.tsx';
import { useToast } from '../../../_components/toasts.tsx';
import styles from './lab-tools.module.css';
import room from './room.module.css';

export interface LabToolsProps {
  attempt: string;
  /** By the newest check, if there was one. */
  result: TaskResult | undefined;
  onReset: () => Promise<void>;
}

type Shown = Pick<TaskResult, 'earned' | 'points' | 'checks'>;

/** Below a lab's text: check the work, start over, see the solution. */
export function LabTools({ attempt, result: first, onReset }: LabToolsProps) {
  const t = useText();
  const locale = useLocale();
  const toast = useToast();
  const [result, setResult] = useState<Shown | undefined>(first);
  const [solution, setSolution] = useState<Solution>();
  const [busy, setBusy] = useState<'check' | 'reset'>();
  const [isAsking, setAsking] = useState(false);

  const check = async () => {
    setBusy('check');
    const answer = await callApi('POST', `/api/attempts/${attempt}/grade`);
    setBusy(undefined);
    if (answer.ok) setResult(answer.value as Shown);
    else toast(refusalText(answer.refusal, locale, t), 'warn');
  };

  const showSolution = async () => {
    const answer = await callApi('GET', `/api/attempts/${attempt}/tasks/1/solution`);
    if (answer.ok) setSolution(answer.value as Solution);
    else toast(refusalText(answer.refusal, locale, t), 'warn');
  };

  const reset = async () => {
    setAsking(false);
    setBusy('reset');
    await onReset();
    setResult(undefined);
    setBusy(undefined);
  };

  return (
    <div className={styles.tools}>
      <div className={styles.actions}>
        <button type="button" className="button primary" disabled={busy !== undefined} onClick={() => void check()}>
          {busy === 'check' && <span className="spinner" aria-hidden="true" />}
          {busy === 'check' ? t.lab.checking : t.lab.check}
        </button>
        <button type="button" className="button" disabled={busy !== undefined} onClick={() => setAsking(true)}>
          {busy === 'reset' ? t.lab.resetting : t.lab.reset}
        </button>
      </div>
      <section aria-labelledby="lab-result" aria-live="polite">
        <div className={styles.head}>
          <h3 id="lab-result">{t.lab.result}</h3>
          {result && (
            <span className={`badge number ${result.earned === result.points ? 'good' : 'warn'}`}>
              {t.units.points(formatPoints(locale, result.earned), formatPoints(locale, result.points))}
            </span>
          )}
        </div>
        {busy === 'check' ? (
          <p className="muted small">{t.lab.checkHint}</p>
        ) : result ? (
          <CheckList checks={result.checks} />
        ) : (
          <p className="muted small">{t.lab.notChecked}</p>
        )}
      </section>
      <section aria-labelledby="lab-solution">
        <h3 id="lab-solution">{t.lab.solution}</h3>
        {solution ? (
          <SolutionText solution={solution} />
        ) : (
          <>
            <p className="muted small">{t.lab.solutionWarning}</p>
            <p>
              <button type="button" className="button small" onClick={() => void showSolution()}>
                {t.lab.showSolution}
              </button>
            </p>
          </>
        )}
      </section>
      <Dialog title={t.lab.resetTitle} isOpen={isAsking} onClose={() => setAsking(false)}>
        <p>{t.lab.resetText}</p>
        <div className={room.dialogActions}>
          <button type="button" className="button" onClick={() => setAsking(false)}>
            {t.room.keepWorking}
          </button>
          <button type="button" className="button danger" onClick={() => void reset()}>
            {t.lab.resetConfirm}
          </button>
        </div>
      </Dialog>
    </div>
  );
}
