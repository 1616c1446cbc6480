'use client';

import { useText } from './locale-provider.tsx';
import styles from './markdown.module.css';
import { useCopy } from './use-copy.ts';

/** Lines of code with a button that copies them. */
export function CodeBlock({ code }: { code: string }) {
  const t = useText();
  const copy = useCopy();
  return (
    <div className={styles.block}>
      <button type="button" className="button small" onClick={() => copy(code)}>
        {t.room.copyBlock}
      </button>
      {/* Focusable, so that a long line can be scrolled by keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre tabIndex={0}>
        <code>{code}</code>
      </pre>
    </div>
  );
}
