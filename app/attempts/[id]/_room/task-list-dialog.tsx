'use client';

import type { TaskView } from '../../../../lib/exam/index.ts';
import { formatPercent } from '../../../../lib/i18n/index.ts';
import { Dialog } from '../../../_components/dialog.tsx';
import { useLocale, useText } from '../../../_components/locale-provider.tsx';
import styles from './task-panel.module.css';

export interface TaskListDialogProps {
  tasks: readonly TaskView[];
  current: number;
  flags: readonly number[];
  touched: readonly number[];
  isOpen: boolean;
  onClose: () => void;
  onGo: (position: number) => void;
}

/** All tasks with weights, flags and which of them were worked on; one click goes there. */
export function TaskListDialog({ tasks, current, flags, touched, isOpen, onClose, onGo }: TaskListDialogProps) {
  const t = useText();
  const locale = useLocale();
  return (
    <Dialog title={t.room.list} isOpen={isOpen} onClose={onClose}>
      <ol className={styles.list}>
        {tasks.map(({ position, exercise, percent }) => (
          <li key={position}>
            <button
              type="button"
              aria-current={position === current}
              onClick={() => {
                onGo(position);
                onClose();
              }}
            >
              <span className="number muted">{position}</span>
              <span>
                <strong>{exercise.title[locale]}</strong>
                <span className="muted small number">{t.room.weight(formatPercent(locale, percent))}</span>
              </span>
              <span className={styles.marks}>
                {flags.includes(position) && <span className="badge warn">{t.room.flagged}</span>}
                <span className={`badge ${touched.includes(position) ? 'good' : ''}`}>
                  {touched.includes(position) ? t.room.touched : t.room.untouched}
                </span>
              </span>
            </button>
          </li>
        ))}
      </ol>
    </Dialog>
  );
}
