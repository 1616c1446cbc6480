'use client';

import '@xterm/xterm/css/xterm.css';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import type { MouseEvent } from 'react';
import { useText } from '../../../_components/locale-provider.tsx';
import { useCopy } from '../../../_components/use-copy.ts';
import { FindBar } from './find-bar.tsx';
import { Screen } from './screen.ts';
import { TerminalMenu } from './terminal-menu.tsx';
import type { LinkState } from './terminal-link.ts';
import styles from './terminal.module.css';

export interface TerminalViewProps {
  /** Of its WebSocket. */
  path: string;
  label: string;
  isActive: boolean;
  /** Whether becoming active takes the focus: it does when somebody chose this terminal. */
  takesFocus: boolean;
  fontSize: number;
  isFinding: boolean;
  onFind: (isFinding: boolean) => void;
  onTyped: () => void;
  /** The server has closed it for good. */
  onClosed: () => void;
}

export function TerminalView(props: TerminalViewProps) {
  const { path, label, isActive, takesFocus, fontSize, isFinding, onFind } = props;
  const t = useText();
  const copy = useCopy();
  const holder = useRef<HTMLDivElement>(null);
  const screen = useRef<Screen>(undefined);
  const [state, setState] = useState<LinkState>('connecting');
  const [menu, setMenu] = useState<{ x: number; y: number }>();

  const onState = useEffectEvent((next: LinkState) => {
    setState(next);
    if (next === 'closed') props.onClosed();
  });
  const onTyped = useEffectEvent(() => props.onTyped());
  const onCopy = useEffectEvent((text: string) => copy(text));
  const onFindKey = useEffectEvent(() => onFind(true));
  const make = useEffectEvent(
    (place: HTMLElement, address: string) =>
      new Screen(place, address, label, fontSize, {
        onState: (next) => onState(next),
        onTyped: () => onTyped(),
        onCopy: (text) => onCopy(text),
        onFind: () => onFindKey(),
      }),
  );

  useEffect(() => {
    if (!holder.current) return;
    const made = make(holder.current, path);
    screen.current = made;
    return () => made.dispose();
  }, [path]);
  useEffect(() => screen.current?.setFontSize(fontSize), [fontSize]);
  useEffect(() => screen.current?.setLabel(label), [label]);
  useEffect(() => {
    if (!isActive) return;
    screen.current?.fit();
    if (takesFocus) screen.current?.terminal.focus();
  }, [isActive, takesFocus]);

  const focus = () => screen.current?.terminal.focus();
  const onContextMenu = (event: MouseEvent) => {
    // With Shift: the browser's own menu.
    if (event.shiftKey) return;
    event.preventDefault();
    setMenu({ x: event.clientX, y: event.clientY });
  };

  return (
    <div className={styles.view} hidden={!isActive} data-terminal-active={isActive || undefined} data-state={state}>
      {isFinding && isActive && (
        <FindBar
          search={(text, direction) => {
            const search = screen.current?.search;
            const found = direction === 'next' ? search?.findNext(text) : search?.findPrevious(text);
            return found ?? false;
          }}
          onClose={() => {
            onFind(false);
            screen.current?.search.clearDecorations();
            focus();
          }}
        />
      )}
      {/* The shell's own keys do all that the menu does. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div ref={holder} className={styles.holder} onContextMenu={onContextMenu} />
      {menu && (
        <TerminalMenu
          {...menu}
          terminal={() => screen.current?.terminal}
          onFind={() => onFind(true)}
          onClose={() => {
            setMenu(undefined);
            focus();
          }}
        />
      )}
      {state !== 'open' && <Overlay state={state} onReconnect={() => screen.current?.reconnect()} />}
      <output className="hidden">{state === 'lost' ? t.room.reconnecting : ''}</output>
    </div>
  );
}

function Overlay({ state, onReconnect }: { state: Exclude<LinkState, 'open'>; onReconnect: () => void }) {
  const t = useText();
  const text = { connecting: t.room.connecting, lost: t.room.reconnecting, closed: t.room.closed }[state];
  return (
    <div className={styles.overlay} data-quiet={state === 'connecting'}>
      <div>
        <p>
          {state !== 'closed' && <span className="spinner" aria-hidden="true" />} {text}
        </p>
        {state === 'lost' && <p className={styles.faint}>{t.room.reconnectingHint}</p>}
        {state !== 'connecting' && (
          <button type="button" className={styles.darkButton} onClick={onReconnect}>
            {t.room.reconnectNow}
          </button>
        )}
      </div>
    </div>
  );
}
