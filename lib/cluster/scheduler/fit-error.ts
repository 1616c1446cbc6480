import type { Unfit } from './framework.ts';

/** How often each reason was given, as sorted words: `1 Insufficient cpu, 2 node(s) had untolerated taint(s)`. */
export function countReasons(verdicts: Iterable<Unfit>): string {
  const counts = new Map<string, number>();
  for (const { reasons } of verdicts) for (const r of reasons) counts.set(r, (counts.get(r) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ');
}

/** Why no node took a pod, as events and conditions say it (framework.FitError). */
export function fitError(nodes: number, why: string, afterwards: string): string {
  return `0/${nodes} nodes are available: ${why}.${afterwards ? ` ${afterwards}` : ''}`;
}
