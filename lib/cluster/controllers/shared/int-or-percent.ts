/** A number, or a percentage of `total`, of an IntOrString. */
export function intOrPercent(value: string | number | undefined, total: number, round: 'up' | 'down'): number {
  if (value === undefined) return 0;
  if (typeof value === 'number') return value;
  const exact = (Number.parseInt(value, 10) * total) / 100 || 0;
  return round === 'up' ? Math.ceil(exact) : Math.floor(exact);
}
