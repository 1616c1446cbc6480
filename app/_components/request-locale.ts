import { cookies, headers } from 'next/headers';
import { LOCALE_COOKIE, dictionary, pickLocale } from '../../lib/i18n/index.ts';
import type { Dictionary, Locale } from '../../lib/i18n/index.ts';

/** The language of the page that is being made, and its texts. */
export async function requestLocale(): Promise<{ locale: Locale; t: Dictionary }> {
  const chosen = (await cookies()).get(LOCALE_COOKIE)?.value;
  const locale = pickLocale(chosen, (await headers()).get('accept-language'));
  return { locale, t: dictionary(locale) };
}
