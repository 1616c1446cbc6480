import { expect, test } from 'vitest';
import { ManualClock } from './clock.ts';

test('runs timers in order of time, those set meanwhile included', () => {
  const clock = new ManualClock(0);
  const seen: string[] = [];
  clock.after(20, () => seen.push(`b@${clock.now()}`));
  clock.after(10, () => {
    seen.push(`a@${clock.now()}`);
    clock.after(5, () => seen.push(`c@${clock.now()}`));
  });
  const cancelled = clock.after(12, () => seen.push('never'));
  cancelled.cancel();
  clock.advance(30);
  expect(seen).toEqual(['a@10', 'c@15', 'b@20']);
  expect(clock.now()).toBe(30);
});
