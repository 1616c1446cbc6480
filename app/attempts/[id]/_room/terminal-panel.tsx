'use client';

import { useState } from 'react';
import type { KeyboardEvent } from 'react';
import { useLocale, useText } from '../../../_components/locale-provider.tsx';
import { refusalText } from '../../../_components/refusal-text.ts';
import { TerminalView } from './terminal-view.tsx';
import styles from './terminal.module.css';
import { useOpenTask } from './use-open-task.ts';
import { useRemembered } from './use-remembered.ts';

/** As many as the server gives a task: server.ts. */
const TERMINALS_MAX = 8;
const FONT_MIN = 10;
const FONT_MAX = 24;

export interface TerminalPanelProps {
  attempt: string;
  position: number;
  nextPosition: number | undefined;
  /** Whether the cluster is being thrown away. */
  held: boolean;
  fontSize: number;
  onFontSize: (px: number) => void;
  onTyped: () => void;
  onClosed: () => void;
}

/** The terminals of one task. */
export function TerminalPanel(props: TerminalPanelProps) {
  const { attempt, position, nextPosition, held, fontSize, onFontSize, onTyped, onClosed } = props;
  const t = useText();
  const locale = useLocale();
  const [tabs, setTabs] = useRemembered<readonly number[]>(`drydock.${attempt}.${position}.tabs`, [1]);
  const [active, setActive] = useRemembered(`drydock.${attempt}.${position}.tab`, 1);
  const [isFinding, setFinding] = useState(false);
  const [wasChosen, setChosen] = useState(false);
  const [opening, retry] = useOpenTask(attempt, position, nextPosition, held);

  const choose = (tab: number) => {
    setChosen(true);
    setActive(tab);
  };
  const add = () => {
    const free = Array.from({ length: TERMINALS_MAX }, (_, i) => i + 1).find((n) => !tabs.includes(n));
    if (free === undefined) return;
    setTabs([...tabs, free]);
    choose(free);
  };
  const close = (tab: number) => {
    const rest = tabs.filter((n) => n !== tab);
    setTabs(rest);
    if (tab === active) choose(rest.at(-1) ?? 1);
  };
  const onTabKey = (event: KeyboardEvent<HTMLDivElement>) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const next = by === undefined ? undefined : tabs[tabs.indexOf(active) + by];
    if (next === undefined) return;
    event.preventDefault();
    setActive(next);
    document.querySelector<HTMLElement>(`#terminal-tab-${next}`)?.focus();
  };

  return (
    <>
      <div className={styles.bar}>
        <div className={styles.tabs} role="tablist" aria-label={t.room.terminals} tabIndex={-1} onKeyDown={onTabKey}>
          {tabs.map((tab) => (
            <button
              key={tab}
              id={`terminal-tab-${tab}`}
              type="button"
              role="tab"
              aria-selected={tab === active}
              aria-controls="terminals"
              tabIndex={tab === active ? 0 : -1}
              onClick={() => choose(tab)}
            >
              <span className={styles.tabName}>{t.room.terminalTab(tab)}</span>
            </button>
          ))}
        </div>
        {tabs.length > 1 && (
          <button
            type="button"
            className={styles.tool}
            aria-label={t.room.closeTerminal(active)}
            title={t.room.closeTerminal(active)}
            onClick={() => close(active)}
          >
            ✕
          </button>
        )}
        {tabs.length < TERMINALS_MAX && (
          <button
            type="button"
            className={styles.tool}
            aria-label={t.room.newTerminal}
            title={t.room.newTerminal}
            onClick={add}
          >
            +
          </button>
        )}
        <span className={styles.gap} />
        <button type="button" className={styles.tool} onClick={() => setFinding(!isFinding)} aria-pressed={isFinding}>
          {t.room.find}
        </button>
        <button
          type="button"
          className={styles.tool}
          title={t.room.smaller}
          disabled={fontSize <= FONT_MIN}
          onClick={() => onFontSize(fontSize - 1)}
        >
          <span aria-hidden="true">A−</span>
          <span className="hidden">{t.room.smaller}</span>
        </button>
        <button
          type="button"
          className={styles.tool}
          title={t.room.larger}
          disabled={fontSize >= FONT_MAX}
          onClick={() => onFontSize(fontSize + 1)}
        >
          <span aria-hidden="true">A+</span>
          <span className="hidden">{t.room.larger}</span>
        </button>
      </div>
      <div className={styles.body} id="terminals" role="tabpanel" aria-labelledby={`terminal-tab-${active}`}>
        {held || opening.state === 'preparing' ? (
          <div className={styles.overlay} aria-live="polite">
            <div>
              <p>
                <span className="spinner" aria-hidden="true" /> {held ? t.lab.resetting : t.room.preparing}
              </p>
              <p className={styles.faint}>{t.room.preparingHint}</p>
            </div>
          </div>
        ) : opening.state === 'refused' ? (
          <div className={styles.overlay} role="alert">
            <div>
              <p>{refusalText(opening.refusal, locale, t)}</p>
              <button type="button" className={styles.darkButton} onClick={retry}>
                {t.failure.retry}
              </button>
            </div>
          </div>
        ) : (
          tabs.map((tab) => (
            <TerminalView
              key={tab}
              path={`/api/attempts/${attempt}/tasks/${position}/terminals/${tab}`}
              label={t.room.terminalTab(tab)}
              isActive={tab === active}
              takesFocus={wasChosen}
              fontSize={fontSize}
              isFinding={isFinding}
              onFind={setFinding}
              onTyped={onTyped}
              onClosed={onClosed}
            />
          ))
        )}
      </div>
    </>
  );
}
