import { deepEqual } from '../../../kit/deep.ts';

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

/**
 * Conditions with one replaced, at the end, its transition time kept while its status is the same. The same list when
 * status, reason and message are unchanged.
 */
export function withCondition<C extends Condition>(conditions: readonly C[] | undefined, condition: C): readonly C[] {
  const old = conditions?.find((c) => c.type === condition.type);
  if (old && old.status === condition.status && old.reason === condition.reason && old.message === condition.message) {
    return conditions ?? [];
  }
  const kept =
    old?.status === condition.status ? { ...condition, lastTransitionTime: old.lastTransitionTime } : condition;
  return [...(conditions ?? []).filter((c) => c.type !== condition.type), kept];
}

export function withoutCondition<C extends Condition>(conditions: readonly C[] | undefined, type: string): C[] {
  return (conditions ?? []).filter((c) => c.type !== type);
}

/** Whether a status changes anything, absent and empty conditions being the same. */
export function sameStatus(a: object | undefined, b: object): boolean {
  return deepEqual({ conditions: [], ...a }, { conditions: [], ...b });
}

/** A status without those counts that upstream leaves out when they are 0 (`omitempty`). */
export function omitZeros<S extends object>(status: S, ...counts: (keyof S)[]): S {
  const kept = { ...status };
  for (const count of counts) if (!kept[count]) delete kept[count];
  return kept;
}
