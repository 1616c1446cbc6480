import type { Locale } from './locale.ts';

const TAG: Record<Locale, string> = { en: 'en-GB', ko: 'ko-KR' };

/** `21 Nov 2026, 14:05` in the machine's own zone. */
export const formatDate = (locale: Locale, date: Date): string =>
  new Intl.DateTimeFormat(TAG[locale], { dateStyle: 'medium', timeStyle: 'short' }).format(date);

/** `66%`, `66.7%`. */
export const formatPercent = (locale: Locale, percent: number): string =>
  new Intl.NumberFormat(TAG[locale], { style: 'percent', maximumFractionDigits: 1 }).format(percent / 100);

/** `3`, `2.5`. */
export const formatPoints = (locale: Locale, points: number): string =>
  new Intl.NumberFormat(TAG[locale], { maximumFractionDigits: 1 }).format(points);

/** What a clock shows of so many seconds: `1:05:09`, `04:00`. */
export function clockFace(seconds: number): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}
