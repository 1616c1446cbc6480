'use client';

import { createContext, useCallback, useContext, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useText } from './locale-provider.tsx';
import styles from './toasts.module.css';

interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'warn';
}

/** Shows a short message for a while; `warn` stays until it is closed. Screen readers say it. */
type ShowToast = (text: string, tone?: Toast['tone']) => void;

const ToastContext = createContext<ShowToast>(() => undefined);
const STAYS_MS = 2500;

export const useToast = (): ShowToast => useContext(ToastContext);

export function ToastProvider({ children }: { children: ReactNode }) {
  const t = useText();
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const next = useRef(0);
  const close = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
  const show = useCallback<ShowToast>(
    (text, tone = 'plain') => {
      const id = next.current++;
      setToasts((all) => [...all.filter((toast) => toast.tone === 'warn' && toast.text !== text), { id, text, tone }]);
      if (tone === 'plain') setTimeout(() => close(id), STAYS_MS);
    },
    [close],
  );
  return (
    <ToastContext value={show}>
      {children}
      <div className={styles.toasts} aria-live="polite">
        {toasts.map(({ id, text, tone }) => (
          <div key={id} className={styles.toast} data-tone={tone}>
            <span>{text}</span>
            {tone === 'warn' && (
              <button type="button" aria-label={t.room.close} onClick={() => close(id)}>
                ×
              </button>
            )}
          </div>
        ))}
      </div>
    </ToastContext>
  );
}
