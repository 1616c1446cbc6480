'use client';

import { createContext, useContext } from 'react';
import type { ReactNode } from 'react';
import { dictionary } from '../../lib/i18n/index.ts';
import type { Dictionary, Locale } from '../../lib/i18n/index.ts';

const LocaleContext = createContext<Locale>('en');

/** Tells the components below which language the page is in. */
export function LocaleProvider({ locale, children }: { locale: Locale; children: ReactNode }) {
  return <LocaleContext value={locale}>{children}</LocaleContext>;
}

export const useLocale = (): Locale => useContext(LocaleContext);
export const useText = (): Dictionary => dictionary(useLocale());
