import type { Dictionary, Locale } from '../../lib/i18n/index.ts';
import type { Refusal } from './call-api.ts';

/** What to tell the user about a refusal. */
export function refusalText(refusal: Refusal, locale: Locale, t: Dictionary): string {
  if (refusal.shown) return refusal.shown[locale];
  return refusal.code === 'unreachable' ? t.failure.network : t.failure.unknown;
}
