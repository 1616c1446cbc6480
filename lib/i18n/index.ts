/** The product's two languages: which one, its texts, its numbers and dates. */
import { en } from './en.ts';
import type { Dictionary } from './en.ts';
import { ko } from './ko.ts';
import type { Locale } from './locale.ts';

export type { Dictionary } from './en.ts';
export { clockFace, formatDate, formatPercent, formatPoints } from './format.ts';
export { LOCALES, LOCALE_COOKIE, pickLocale } from './locale.ts';
export type { Locale } from './locale.ts';

const dictionaries: Record<Locale, Dictionary> = { en, ko };

export const dictionary = (locale: Locale): Dictionary => dictionaries[locale];
