import type {
  AutoscalingV2HorizontalPodAutoscaler as Autoscaler,
  HPAScalingRules,
} from '../../schema/generated/types.ts';

interface Policy {
  type: string;
  value: number;
  /** Milliseconds. */
  period: number;
}

export interface Rules {
  /** Milliseconds. */
  window: number;
  select: string;
  policies: Policy[];
}

const seconds = (n: number): number => n * 1000;

/** A scaler's rules with upstream's defaults: at once and by doubling upwards, after five minutes downwards. */
export function behaviorOf({ spec }: Autoscaler): { up: Rules; down: Rules } {
  const rules = (given: HPAScalingRules | undefined, window: number, policies: Policy[]): Rules => ({
    window: seconds(given?.stabilizationWindowSeconds ?? window),
    select: given?.selectPolicy ?? 'Max',
    policies:
      given?.policies?.map((p) => ({ type: p.type, value: p.value, period: seconds(p.periodSeconds) })) ?? policies,
  });
  return {
    up: rules(spec.behavior?.scaleUp, 0, [
      { type: 'Pods', value: 4, period: seconds(15) },
      { type: 'Percent', value: 100, period: seconds(15) },
    ]),
    down: rules(spec.behavior?.scaleDown, 300, [{ type: 'Percent', value: 100, period: seconds(15) }]),
  };
}

/** The wanted size as far as the policies let it move now, given the moves of the recent past. */
export function limitByRules(
  { select, policies }: Rules,
  current: number,
  wanted: number,
  moves: readonly { at: number; change: number }[],
  now: number,
): number {
  if (wanted === current || policies.length === 0) return wanted;
  if (select === 'Disabled') return current;
  const up = wanted > current;
  const limits = policies.map(({ type, value, period }) => {
    const recent = moves.filter((m) => m.at > now - period && m.change > 0 === up);
    const start = current - recent.reduce((n, m) => n + m.change, 0);
    if (type === 'Pods') return up ? start + value : start - value;
    return up ? Math.ceil(start * (1 + value / 100)) : Math.floor(start * (1 - value / 100));
  });
  const farthest = up === (select === 'Max') ? Math.max(...limits) : Math.min(...limits);
  return up ? Math.min(wanted, Math.max(farthest, current)) : Math.max(wanted, Math.min(farthest, current));
}
