'use client';

import Link from 'next/link';
import type { AttemptView } from '../../../../lib/exam/index.ts';
import { clockFace } from '../../../../lib/i18n/index.ts';
import { Brand } from '../../../_components/brand.tsx';
import { LanguageSwitch } from '../../../_components/language-switch.tsx';
import { useLocale, useText } from '../../../_components/locale-provider.tsx';
import styles from './room.module.css';

const SOON_S = 5 * 60;
const GETTING_CLOSE_S = 15 * 60;

export interface RoomHeaderProps {
  attempt: AttemptView;
  secondsLeft: number | undefined;
  onEnd: () => void;
  onShortcuts: () => void;
}

export function RoomHeader({ attempt, secondsLeft, onEnd, onShortcuts }: RoomHeaderProps) {
  const t = useText();
  const locale = useLocale();
  const isLab = attempt.kind === 'lab';
  const leave = isLab ? t.room.leaveLab : t.room.leave;
  return (
    <header className={styles.header}>
      <h1 className="hidden">{attempt.title[locale]}</h1>
      <Link className={styles.leave} href="/home" title={leave}>
        <Brand />
        <span className="hidden">: {leave}</span>
      </Link>
      <span className={styles.title} aria-hidden="true">
        {attempt.title[locale]}
      </span>
      <Clock secondsLeft={secondsLeft} />
      <div className={styles.headerSide}>
        <button
          type="button"
          className={`button quiet icon ${styles.wide}`}
          title={t.room.shortcuts}
          onClick={onShortcuts}
        >
          <span aria-hidden="true">?</span>
          <span className="hidden">{t.room.shortcuts}</span>
        </button>
        <LanguageSwitch />
        <button type="button" className="button primary small" onClick={onEnd}>
          {isLab ? t.lab.finish : t.room.submit}
        </button>
      </div>
    </header>
  );
}

function Clock({ secondsLeft }: { secondsLeft: number | undefined }) {
  const t = useText();
  if (secondsLeft === undefined) return <span className={`${styles.clock} ${styles.wide}`}>{t.units.noLimit}</span>;
  const urgency = secondsLeft <= SOON_S ? 'soon' : secondsLeft <= GETTING_CLOSE_S ? 'close' : 'calm';
  return (
    <span className={`number ${styles.clock}`} data-urgency={urgency} role="timer" aria-label={t.room.timeLeft}>
      {clockFace(secondsLeft)}
    </span>
  );
}
