import { expect, test } from 'vitest';
import { nextTime } from './schedule.ts';

const next = (schedule: string, after: string, zone?: string) => {
  const time = nextTime(schedule, Date.parse(after), zone);
  return time && new Date(time).toISOString().slice(0, 16);
};

test.each([
  ['*/15 * * * *', '2026-01-01T10:07:00Z', undefined, '2026-01-01T10:15'],
  ['0 3 1 1 *', '2026-01-01T10:00:00Z', undefined, '2027-01-01T03:00'],
  ['30 9 * * mon-fri', '2026-01-02T10:00:00Z', undefined, '2026-01-05T09:30'],
  ['0 0 13 * 5', '2026-01-03T00:00:00Z', undefined, '2026-01-09T00:00'],
  ['@daily', '2026-01-01T10:00:00Z', undefined, '2026-01-02T00:00'],
  ['0 9 * * *', '2026-07-01T00:00:00Z', 'Asia/Seoul', '2026-07-02T00:00'],
  ['0 9 * * *', '2026-07-01T00:00:00Z', 'Europe/Zurich', '2026-07-01T07:00'],
  ['0 0 31 2 *', '2026-01-01T00:00:00Z', undefined, undefined],
])('%s after %s in %s is %s', (schedule, after, zone, expected) => {
  expect(next(schedule, after, zone)).toBe(expected);
});
