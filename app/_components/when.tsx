'use client';

import { useSyncExternalStore } from 'react';
import { formatDate } from '../../lib/i18n/index.ts';
import { useLocale } from './locale-provider.tsx';

const never = () => () => undefined;

/** A date in the reader's own time zone, which only the browser knows. */
export function When({ date }: { date: Date }) {
  const locale = useLocale();
  const text = useSyncExternalStore(
    never,
    () => formatDate(locale, date),
    // Server and browser may word the same date differently.
    () => date.toISOString().slice(0, 16).replace('T', ' '),
  );
  return <time dateTime={date.toISOString()}>{text}</time>;
}
