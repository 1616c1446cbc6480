'use client';

import { useState } from 'react';
import type { ReactNode } from 'react';
import type { AttemptView, TaskView } from '../../../../lib/exam/index.ts';
import { formatPercent } from '../../../../lib/i18n/index.ts';
import { useLocale, useText } from '../../../_components/locale-provider.tsx';
import { CopyValue, Markdown } from '../../../_components/markdown.tsx';
import { Notepad } from './notepad.tsx';
import { TaskListDialog } from './task-list-dialog.tsx';
import styles from './task-panel.module.css';
import { useRemembered } from './use-remembered.ts';

export interface TaskPanelProps {
  attempt: AttemptView;
  task: TaskView;
  flags: readonly number[];
  touched: readonly number[];
  onFlag: (flagged: boolean) => void;
  onGo: (position: number) => void;
  /** Of a lab: what stands below the text. */
  children?: ReactNode;
}

export function TaskPanel({ attempt, task, flags, touched, onFlag, onGo, children }: TaskPanelProps) {
  const t = useText();
  const locale = useLocale();
  const [isListOpen, setListOpen] = useState(false);
  const [hasNotes, setHasNotes] = useRemembered('drydock.notes-open', false);
  const { position, exercise } = task;
  const isLab = attempt.kind === 'lab';
  const isFlagged = flags.includes(position);

  return (
    <>
      {!isLab && (
        <nav className={styles.bar} aria-label={t.room.list}>
          <button
            type="button"
            className="button small quiet"
            disabled={position === 1}
            onClick={() => onGo(position - 1)}
          >
            ← {t.room.previous}
          </button>
          <button type="button" className="button small" aria-haspopup="dialog" onClick={() => setListOpen(true)}>
            <span className="number">{t.room.taskOf(position, attempt.tasks.length)}</span>
            <span aria-hidden="true">▾</span>
          </button>
          <button
            type="button"
            className="button small quiet"
            disabled={position === attempt.tasks.length}
            onClick={() => onGo(position + 1)}
          >
            {t.room.next} →
          </button>
        </nav>
      )}
      {/* A key of its own, so that every task begins at its top. */}
      <article
        key={position}
        className={styles.scroller}
        // Scrolled by keyboard, and where F6 leads.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        data-pane-focus="task"
        aria-labelledby="task-title"
      >
        <div className={styles.head}>
          <h2 id="task-title">{exercise.title[locale]}</h2>
          {!isLab && (
            <button type="button" className={styles.flag} aria-pressed={isFlagged} onClick={() => onFlag(!isFlagged)}>
              <FlagIcon />
              {t.room.flag}
            </button>
          )}
        </div>
        <p className={styles.facts}>
          {!isLab && <span>{t.room.weight(formatPercent(locale, task.percent))}</span>}
          <span>{t.domains[exercise.domain]}</span>
          <span>{t.units.minutes(exercise.minutes)}</span>
          <span>
            {t.room.host}: <CopyValue>{`ssh ${exercise.host}`}</CopyValue>
          </span>
        </p>
        {task.text ? <Markdown text={task.text[locale]} /> : <p className="muted">{t.room.noText}</p>}
        {children}
      </article>
      <Notepad attempt={attempt.id} saved={attempt.notes} isOpen={hasNotes} onToggle={() => setHasNotes(!hasNotes)} />
      <TaskListDialog
        tasks={attempt.tasks}
        current={position}
        flags={flags}
        touched={touched}
        isOpen={isListOpen}
        onClose={() => setListOpen(false)}
        onGo={onGo}
      />
    </>
  );
}

function FlagIcon() {
  return (
    <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
      <path d="M3 1.5v13M3 2.5h9l-2 3 2 3H3" fill="var(--flag-fill, none)" stroke="currentColor" strokeWidth="1.5" />
    </svg>
  );
}
