'use client';

import { useEffect, useRef, useState } from 'react';
import { callApi } from '../../../_components/call-api.ts';
import { useText } from '../../../_components/locale-provider.tsx';
import styles from './task-panel.module.css';

const SAVE_AFTER_MS = 700;
const RETRY_MS = 4000;

export interface NotepadProps {
  attempt: string;
  saved: string;
  isOpen: boolean;
  onToggle: () => void;
}

/** Saves by itself a moment after the last key, and when the page is left. */
export function Notepad({ attempt, saved, isOpen, onToggle }: NotepadProps) {
  const t = useText();
  const [text, setText] = useState(saved);
  const [state, setState] = useState<'saved' | 'saving' | 'failed'>('saved');
  const onServer = useRef(saved);

  useEffect(() => {
    if (text === onServer.current) return;
    let isStale = false;
    let timer: ReturnType<typeof setTimeout>;
    const save = async () => {
      const answer = await callApi('PATCH', `/api/attempts/${attempt}`, { notes: text });
      if (answer.ok) onServer.current = text;
      if (isStale) return;
      setState(answer.ok ? 'saved' : 'failed');
      if (!answer.ok) timer = setTimeout(() => void save(), RETRY_MS);
    };
    timer = setTimeout(() => void save(), SAVE_AFTER_MS);
    const onLeave = () => void save();
    window.addEventListener('pagehide', onLeave);
    return () => {
      isStale = true;
      clearTimeout(timer);
      window.removeEventListener('pagehide', onLeave);
    };
  }, [text, attempt]);

  return (
    <div className={styles.notes}>
      <button type="button" className={styles.notesBar} aria-expanded={isOpen} aria-controls="notes" onClick={onToggle}>
        <span>
          <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span> {t.room.notes}
        </span>
        <output>{isOpen && text !== saved ? t.room.notesStates[state] : ''}</output>
      </button>
      <textarea
        id="notes"
        hidden={!isOpen}
        aria-label={t.room.notes}
        placeholder={t.room.notesPlaceholder}
        maxLength={20_000}
        spellCheck={false}
        value={text}
        onChange={(e) => {
          setText(e.target.value);
          setState('saving');
        }}
      />
    </div>
  );
}
