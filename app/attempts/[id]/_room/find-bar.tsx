'use client';

import { useState } from 'react';
import type { KeyboardEvent } from 'react';
import { useText } from '../../../_components/locale-provider.tsx';
import styles from './terminal.module.css';

type Direction = 'next' | 'previous';

export interface FindBarProps {
  /** Moves to a match; false when there is none. */
  search: (text: string, direction: Direction) => boolean;
  onClose: () => void;
}

/** Enter: the match before (terminals are read upwards); Shift+Enter: the one after; Escape closes. */
export function FindBar({ search, onClose }: FindBarProps) {
  const t = useText();
  const [text, setText] = useState('');
  const [found, setFound] = useState(true);

  const find = (what: string, direction: Direction) => setFound(what === '' || search(what, direction));
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') find(text, event.shiftKey ? 'next' : 'previous');
    else if (event.key === 'Escape') onClose();
    else return;
    event.preventDefault();
  };

  return (
    <search className={styles.find}>
      <input
        // Asked for by the key or button that opened it.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        type="text"
        aria-label={t.room.findPlaceholder}
        placeholder={t.room.findPlaceholder}
        spellCheck={false}
        value={text}
        onKeyDown={onKeyDown}
        onChange={(e) => {
          setText(e.target.value);
          find(e.target.value, 'previous');
        }}
      />
      <output className={styles.faint}>{found ? '' : t.room.findNone}</output>
      <button type="button" aria-label={t.room.findPrevious} onClick={() => find(text, 'previous')}>
        ↑
      </button>
      <button type="button" aria-label={t.room.findNext} onClick={() => find(text, 'next')}>
        ↓
      </button>
      <button type="button" aria-label={t.room.close} onClick={onClose}>
        ✕
      </button>
    </search>
  );
}
