/** The parts of a whole in whole per cent that add up to 100: what rounding down loses goes to the largest remainders. */
export function wholePercents(parts: readonly number[]): number[] {
  const whole = parts.reduce((sum, part) => sum + part, 0);
  if (whole === 0) return parts.map(() => 0);
  const exact = parts.map((part) => (part / whole) * 100);
  const percents = exact.map(Math.floor);
  const missing = 100 - percents.reduce((sum, p) => sum + p, 0);
  const byRemainder = exact.map((value, i) => ({ i, rest: value - Math.floor(value) }));
  for (const { i } of byRemainder.toSorted((a, b) => b.rest - a.rest).slice(0, missing))
    percents[i] = (percents[i] ?? 0) + 1;
  return percents;
}
