'use client';

import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import styles from './dialog.module.css';
import { useText } from './locale-provider.tsx';

export interface DialogProps {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  children: ReactNode;
}

/** A modal dialog: the browser keeps the focus inside, closes it on Escape and returns the focus after. */
export function Dialog({ title, isOpen, onClose, children }: DialogProps) {
  const t = useText();
  const dialog = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);

  return (
    // Clicking beside it is a convenience; Escape and the button do the same by keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events
    <dialog
      ref={dialog}
      className={styles.dialog}
      aria-label={title}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      {isOpen && (
        <div className={styles.inner}>
          <header>
            <h2>{title}</h2>
            <button type="button" className="button quiet icon" aria-label={t.room.close} onClick={onClose}>
              ✕
            </button>
          </header>
          {children}
        </div>
      )}
    </dialog>
  );
}
