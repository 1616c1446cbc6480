'use client';

import type { KeyboardEvent, PointerEvent } from 'react';
import { useText } from '../../../_components/locale-provider.tsx';
import styles from './room.module.css';

const MIN = 20;
const MAX = 70;
const STEP = 2;

const clamp = (percent: number): number => Math.min(MAX, Math.max(MIN, Math.round(percent)));

/** The line between task and terminal: drag it, or move it with the arrow keys. `value` is the task's share in per cent. */
export function Splitter({ value, onChange }: { value: number; onChange: (percent: number) => void }) {
  const t = useText();

  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const box = event.currentTarget.parentElement?.getBoundingClientRect();
    if (box) onChange(clamp(((event.clientX - box.left) / box.width) * 100));
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const to = { ArrowLeft: value - STEP, ArrowRight: value + STEP, Home: MIN, End: MAX }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    onChange(clamp(to));
  };

  return (
    // A separator that can be moved is a control: WAI-ARIA's window splitter.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      className={styles.splitter}
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
      role="separator"
      aria-orientation="vertical"
      aria-label={t.room.resize}
      aria-valuemin={MIN}
      aria-valuemax={MAX}
      aria-valuenow={value}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={onPointerMove}
      onKeyDown={onKeyDown}
    />
  );
}
