import { expect, test } from 'vitest';
import { parseSchedule } from './cron-schedule.ts';

const values = (text: string) => {
  const parsed = parseSchedule(text);
  if (!parsed.ok || !('schedule' in parsed)) throw new Error(text);
  const { minute, hour, dayOfMonth, month, dayOfWeek } = parsed.schedule;
  return [minute, hour, dayOfMonth, month, dayOfWeek].map((field) => (field.star ? '*' : [...field.values].join()));
};

test.each([
  ['*/15 0 1 * *', ['0,15,30,45', '0', '1', '*', '*']],
  ['5,10-12 1-5/2 * jan,mar mon-fri', ['5,10,11,12', '1,3,5', '*', '1,3', '1,2,3,4,5']],
  ['@daily', ['0', '0', '*', '*', '*']],
])('%s', (text, expected) => {
  expect(values(text)).toEqual(expected);
});

test('an interval is no set of times', () => {
  expect(parseSchedule('@every 90s')).toMatchObject({ ok: true, every: expect.any(Number) });
});

test.each(['', '* * * *', '60 * * * *', '5-1 * * * *', '*/0 * * * *', '@never', 'a * * * *'])('refuses %j', (text) => {
  expect(parseSchedule(text).ok).toBe(false);
});
