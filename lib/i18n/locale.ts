export const LOCALES = ['en', 'ko'] as const;
export type Locale = (typeof LOCALES)[number];

/** The cookie that holds the language a visitor has chosen. */
export const LOCALE_COOKIE = 'drydock-language';

const isLocale = (text: string | undefined): text is Locale => LOCALES.some((l) => l === text);

/**
 * The chosen language, else the one the browser likes best among ours, else English:
 * `fr, ko-KR;q=0.8, en;q=0.9` is English.
 */
export function pickLocale(chosen: string | undefined, acceptLanguage: string | null): Locale {
  if (isLocale(chosen)) return chosen;
  const liked = (acceptLanguage ?? '')
    .split(',')
    .map((part, place) => {
      const [tag = '', ...settings] = part.trim().toLowerCase().split(';');
      const quality = settings.map((s) => /^\s*q=([\d.]+)$/.exec(s)?.[1]).find((q) => q !== undefined);
      return { language: tag.split('-')[0], quality: Number(quality ?? 1), place };
    })
    .filter((l) => l.quality > 0)
    .sort((a, b) => b.quality - a.quality || a.place - b.place)
    .map((l) => l.language);
  return liked.find(isLocale) ?? 'en';
}
