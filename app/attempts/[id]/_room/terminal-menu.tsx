'use client';

import type { Terminal } from '@xterm/xterm';
import { useEffect, useRef } from 'react';
import type { KeyboardEvent } from 'react';
import { useText } from '../../../_components/locale-provider.tsx';
import { useToast } from '../../../_components/toasts.tsx';
import { useCopy } from '../../../_components/use-copy.ts';
import styles from './terminal.module.css';

export interface TerminalMenuProps {
  x: number;
  y: number;
  terminal: () => Terminal | undefined;
  onFind: () => void;
  onClose: () => void;
}

/** The terminal's own context menu. */
export function TerminalMenu({ x, y, terminal, onFind, onClose }: TerminalMenuProps) {
  const t = useText();
  const toast = useToast();
  const copy = useCopy();
  const menu = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const box = menu.current;
    if (!box) return;
    const { width, height } = box.getBoundingClientRect();
    box.style.left = `${Math.max(4, Math.min(x, window.innerWidth - width - 4))}px`;
    box.style.top = `${Math.max(4, Math.min(y, window.innerHeight - height - 4))}px`;
    box.querySelector<HTMLButtonElement>('button:not(:disabled)')?.focus();
  }, [x, y]);

  const paste = async () => {
    try {
      terminal()?.paste(await navigator.clipboard.readText());
    } catch {
      toast(t.room.pasteBlocked, 'warn');
    }
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const buttons = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('button:not(:disabled)')];
    const at = buttons.findIndex((b) => b === document.activeElement);
    if (event.key === 'Escape' || event.key === 'Tab') onClose();
    else if (event.key === 'ArrowDown') buttons[(at + 1) % buttons.length]?.focus();
    else if (event.key === 'ArrowUp') buttons.at(at - 1)?.focus();
    else return;
    event.preventDefault();
  };

  const selection = terminal()?.getSelection() ?? '';
  const items: [string, () => void, boolean][] = [
    [t.room.copySelection, () => copy(selection), selection === ''],
    [t.room.paste, () => void paste(), false],
    [t.room.selectAll, () => terminal()?.selectAll(), false],
    [t.room.find, onFind, false],
    [t.room.clear, () => terminal()?.clear(), false],
  ];

  return (
    <>
      {/* Whatever is clicked beside the menu only closes it. */}
      <div
        className={styles.menuBackdrop}
        aria-hidden="true"
        onPointerDown={onClose}
        onContextMenu={(e) => e.preventDefault()}
      />
      <div ref={menu} className={styles.menu} role="menu" tabIndex={-1} onKeyDown={onKeyDown}>
        {items.map(([label, act, isOff]) => (
          <button
            key={label}
            type="button"
            role="menuitem"
            disabled={isOff}
            onClick={() => {
              onClose();
              act();
            }}
          >
            {label}
          </button>
        ))}
      </div>
    </>
  );
}
