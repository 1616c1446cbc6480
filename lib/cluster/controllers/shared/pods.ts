import type { Pod } from '../../schema/generated/types.ts';

export function podCondition(pod: Pod, type: string) {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

export function isPodReady(pod: Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True';
}

/** When a ready pod became so, in milliseconds. */
function readySince(pod: Pod): number {
  return Date.parse(podCondition(pod, 'Ready')?.lastTransitionTime ?? '') || 0;
}

/** Ready for at least `minReadySeconds`. */
export function isPodAvailable(pod: Pod, minReadySeconds: number, now: number): boolean {
  return isPodReady(pod) && (minReadySeconds === 0 || readySince(pod) + minReadySeconds * 1000 <= now);
}

export function isPodFinished(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** Neither finished nor on its way out (controller.IsPodActive). */
export function isPodActive(pod: Pod): boolean {
  return !isPodFinished(pod) && !pod.metadata.deletionTimestamp;
}

export function restarts(pod: Pod): number {
  return (pod.status?.containerStatuses ?? []).reduce((most, c) => Math.max(most, c.restartCount), 0);
}

/** Milliseconds until the first ready pod of these becomes available; undefined when none is on its way. */
export function untilAvailable(pods: readonly Pod[], minReadySeconds: number, now: number): number | undefined {
  const waits = pods
    .filter((pod) => isPodReady(pod) && !isPodAvailable(pod, minReadySeconds, now))
    .map((pod) => readySince(pod) + minReadySeconds * 1000 - now);
  return waits.length > 0 ? Math.min(...waits) : undefined;
}

const PHASE_ORDER = ['Pending', 'Unknown', 'Running'];

const newerFirst = (a: number, b: number): number => b - a;

/**
 * Order in which a controller gives up its pods (controller.ActivePodsWithRanks): unassigned, pending, not ready, cheap to
 * delete, crowded together, ready or created a short time, restarted often.
 */
export function deletionOrder(rank: (pod: Pod) => number, now: number): (a: Pod, b: Pod) => number {
  const cost = (pod: Pod) => Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0) || 0;
  const phase = (pod: Pod) => PHASE_ORDER.indexOf(pod.status?.phase ?? 'Pending');
  const created = (pod: Pod) => Date.parse(pod.metadata.creationTimestamp ?? '') || 0;
  const bucket = (time: number) => Math.floor(Math.log2(Math.max(1, (now - time) / 1000)));
  return (a, b) =>
    Number(Boolean(a.spec.nodeName)) - Number(Boolean(b.spec.nodeName)) ||
    phase(a) - phase(b) ||
    Number(isPodReady(a)) - Number(isPodReady(b)) ||
    cost(a) - cost(b) ||
    rank(b) - rank(a) ||
    (isPodReady(a) && isPodReady(b) ? bucket(readySince(a)) - bucket(readySince(b)) : 0) ||
    restarts(b) - restarts(a) ||
    bucket(created(a)) - bucket(created(b)) ||
    newerFirst(created(a), created(b));
}
