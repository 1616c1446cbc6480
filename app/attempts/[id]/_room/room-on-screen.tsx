'use client';

import { useCallback, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import type { AttemptView } from '../../../../lib/exam/index.ts';
import { callApi } from '../../../_components/call-api.ts';
import { useLocale, useText } from '../../../_components/locale-provider.tsx';
import { refusalText } from '../../../_components/refusal-text.ts';
import { useToast } from '../../../_components/toasts.tsx';
import { EndDialog } from './end-dialog.tsx';
import { LabTools } from './lab-tools.tsx';
import { RoomHeader } from './room-header.tsx';
import styles from './room.module.css';
import { ShortcutsDialog } from './shortcuts-dialog.tsx';
import { Splitter } from './splitter.tsx';
import { TaskPanel } from './task-panel.tsx';
import { TerminalPanel } from './terminal-panel.tsx';
import { useAttemptWatch } from './use-attempt-watch.ts';
import { useRemembered } from './use-remembered.ts';
import { useTimeNotices } from './use-time-notices.ts';

type Pane = 'task' | 'terminal';

export function RoomOnScreen({ attempt }: { attempt: AttemptView }) {
  const t = useText();
  const locale = useLocale();
  const toast = useToast();
  const { id, tasks, kind } = attempt;
  const { secondsLeft, look } = useAttemptWatch(attempt);
  useTimeNotices(secondsLeft);

  const [wanted, setWanted] = useRemembered(`drydock.${id}.task`, 1);
  const [touched, setTouched] = useRemembered<readonly number[]>(`drydock.${id}.touched`, []);
  const [taskWidth, setTaskWidth] = useRemembered('drydock.task-width', 38);
  const [fontSize, setFontSize] = useRemembered('drydock.font-size', 14);
  const [flags, setFlags] = useState(() => tasks.filter((task) => task.flagged).map((task) => task.position));
  const [pane, setPane] = useState<Pane>('task');
  const [dialog, setDialog] = useState<'end' | 'shortcuts'>();
  /** Counts the lab's clusters: a fresh one gets fresh terminals. */
  const [generation, setGeneration] = useState(0);
  const [resetting, setResetting] = useState(false);
  const room = useRef<HTMLDivElement>(null);

  const position = tasks.some((task) => task.position === wanted) ? wanted : 1;
  const task = tasks.find((one) => one.position === position);

  const step = (by: number) => {
    if (tasks.some((one) => one.position === position + by)) setWanted(position + by);
  };

  const flag = async (flagged: boolean) => {
    const others = flags.filter((p) => p !== position);
    setFlags(flagged ? [...others, position] : others);
    const answer = await callApi('PATCH', `/api/attempts/${id}/tasks/${position}`, { flagged });
    if (answer.ok) return;
    setFlags(flags);
    toast(refusalText(answer.refusal, locale, t));
  };

  const onTyped = useCallback(() => {
    if (!touched.includes(position)) setTouched([...touched, position]);
  }, [touched, position, setTouched]);

  const show = (next: Pane) => {
    setPane(next);
    // On a phone the pane becomes visible with the next paint.
    requestAnimationFrame(() => {
      const target = next === 'task' ? '[data-pane-focus="task"]' : '[data-terminal-active] textarea';
      room.current?.querySelector<HTMLElement>(target)?.focus();
    });
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'F6') {
      const inTerminal = event.target instanceof Element && event.target.closest('[data-pane="terminal"]') !== null;
      show(inTerminal ? 'task' : 'terminal');
    } else if (event.altKey && event.key === 'PageUp') step(-1);
    else if (event.altKey && event.key === 'PageDown') step(1);
    else return;
    event.preventDefault();
  };

  const onReset = async () => {
    setResetting(true);
    const answer = await callApi('POST', `/api/attempts/${id}/reset`);
    setResetting(false);
    setGeneration(generation + 1);
    if (answer.ok) toast(t.lab.resetDone);
    else toast(refusalText(answer.refusal, locale, t), 'warn');
  };

  if (!task) return null;
  return (
    // The keys work wherever the focus is in the room.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      ref={room}
      className={styles.room}
      data-shown={pane}
      style={{ '--task-width': `${taskWidth}%`, '--room-font': `${fontSize}px` } as React.CSSProperties}
      onKeyDown={onKeyDown}
    >
      <RoomHeader
        attempt={attempt}
        secondsLeft={secondsLeft}
        onEnd={() => setDialog('end')}
        onShortcuts={() => setDialog('shortcuts')}
      />
      <main className={styles.work}>
        <fieldset className={styles.panes} aria-label={t.room.label}>
          {(['task', 'terminal'] as const).map((p) => (
            <button key={p} type="button" aria-pressed={pane === p} onClick={() => show(p)}>
              {t.room[p]}
            </button>
          ))}
        </fieldset>
        <div className={styles.split}>
          <section className={styles.task} data-pane="task" aria-label={t.room.task}>
            <TaskPanel
              attempt={attempt}
              task={task}
              flags={flags}
              touched={touched}
              onFlag={(flagged) => void flag(flagged)}
              onGo={setWanted}
            >
              {kind === 'lab' && <LabTools attempt={id} result={task.result} onReset={onReset} />}
            </TaskPanel>
          </section>
          <Splitter value={taskWidth} onChange={setTaskWidth} />
          <section className={styles.terminal} data-pane="terminal" aria-label={t.room.terminal}>
            <TerminalPanel
              key={`${position}.${generation}`}
              attempt={id}
              position={position}
              nextPosition={position < tasks.length ? position + 1 : undefined}
              held={resetting}
              fontSize={fontSize}
              onFontSize={setFontSize}
              onTyped={onTyped}
              onClosed={look}
            />
          </section>
        </div>
      </main>
      <EndDialog
        attempt={attempt}
        isOpen={dialog === 'end'}
        onClose={() => setDialog(undefined)}
        flags={flags}
        touched={touched}
        secondsLeft={secondsLeft}
      />
      <ShortcutsDialog isOpen={dialog === 'shortcuts'} onClose={() => setDialog(undefined)} />
    </div>
  );
}
