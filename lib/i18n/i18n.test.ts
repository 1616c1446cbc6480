import { expect, test } from 'vitest';
import { clockFace, dictionary, pickLocale } from './index.ts';

test.each([
  [undefined, null, 'en'],
  [undefined, 'ko-KR,ko;q=0.9,en-US;q=0.8', 'ko'],
  [undefined, 'fr, ko-KR;q=0.8, en;q=0.9', 'en'],
  [undefined, 'ko;q=0, fr', 'en'],
  ['en', 'ko', 'en'],
  ['ko', 'en', 'ko'],
  ['xx', 'ko', 'ko'],
])('cookie %s and Accept-Language %s give %s', (cookie, header, locale) => {
  expect(pickLocale(cookie, header)).toBe(locale);
});

test('a clock shows hours only when there are some', () => {
  expect([0, 59, 240, 3909].map(clockFace)).toEqual(['00:00', '00:59', '04:00', '1:05:09']);
});

/** Every text of a dictionary by its path; lists by their length, so that both languages list the same. */
function texts(value: unknown, path: string): [string, string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, v]) => texts(v, `${path}.${key}`));
}

test('both languages have the same texts, and Korean ones are Korean', () => {
  const english = texts(dictionary('en'), '');
  const korean = texts(dictionary('ko'), '');
  expect(korean.map(([path]) => path)).toEqual(english.map(([path]) => path));
  const same = korean.filter(([path, text]) => !/[가-힣]/.test(text) && !/\.(name|en)$|shortcutList/.test(path));
  expect(same).toEqual([]);
});
