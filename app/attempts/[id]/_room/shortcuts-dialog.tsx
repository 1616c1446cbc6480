'use client';

import { Dialog } from '../../../_components/dialog.tsx';
import { useText } from '../../../_components/locale-provider.tsx';
import styles from './room.module.css';

export function ShortcutsDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const t = useText();
  return (
    <Dialog title={t.room.shortcuts} isOpen={isOpen} onClose={onClose}>
      <dl className={styles.shortcuts}>
        {t.room.shortcutList.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
