import type { ReactNode } from 'react';
import styles from './notice.module.css';

/** A page that says one thing and what to do next. */
export function Notice({ title, text, children }: { title: string; text: string; children?: ReactNode }) {
  return (
    <div className={styles.notice}>
      <h1>{title}</h1>
      <p className="muted">{text}</p>
      <div className={styles.actions}>{children}</div>
    </div>
  );
}
