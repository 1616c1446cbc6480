import type { Deployment, ReplicaSet } from '../../schema/generated/types.ts';
import { intOrPercent } from '../shared/int-or-percent.ts';

export const REVISION = 'deployment.kubernetes.io/revision';
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
export const DESIRED = 'deployment.kubernetes.io/desired-replicas';
export const MAX = 'deployment.kubernetes.io/max-replicas';

export const replicasOf = (object: Deployment | ReplicaSet): number => object.spec.replicas ?? 1;

export const specSum = (sets: readonly ReplicaSet[]): number => sets.reduce((n, set) => n + replicasOf(set), 0);

export const availableSum = (sets: readonly ReplicaSet[]): number =>
  sets.reduce((n, set) => n + (set.status?.availableReplicas ?? 0), 0);

export const isRolling = ({ spec }: Deployment): boolean => spec.strategy?.type !== 'Recreate';

/** maxSurge and maxUnavailable as numbers; both 0 would never move, so that one pod may be missing then. */
function fenceposts(deployment: Deployment): { surge: number; unavailable: number } {
  const { maxSurge, maxUnavailable } = deployment.spec.strategy?.rollingUpdate ?? {};
  const surge = intOrPercent(maxSurge, replicasOf(deployment), 'up');
  const unavailable = intOrPercent(maxUnavailable, replicasOf(deployment), 'down');
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable };
}

export function maxSurge(deployment: Deployment): number {
  return isRolling(deployment) ? fenceposts(deployment).surge : 0;
}

export function maxUnavailable(deployment: Deployment): number {
  if (!isRolling(deployment) || replicasOf(deployment) === 0) return 0;
  return Math.min(fenceposts(deployment).unavailable, replicasOf(deployment));
}

/** How many pods the new replica set should have now (deploymentutil.NewRSNewReplicas). */
export function newSetSize(deployment: Deployment, sets: readonly ReplicaSet[], current: number): number {
  const wanted = replicasOf(deployment);
  if (!isRolling(deployment)) return wanted;
  const room = wanted + maxSurge(deployment) - specSum(sets);
  return room <= 0 ? current : current + Math.min(room, wanted - current);
}

/** 64 bits wide, as upstream reads it; 0 for what is no number. */
export const revisionOf = (set: ReplicaSet | Deployment): bigint => readRevision(set.metadata.annotations?.[REVISION]);

export const readRevision = (text: string | undefined): bigint =>
  /^[+-]?\d{1,19}$/.test(text ?? '') ? BigInt(text ?? 0) : 0n;

export const createdAt = (set: ReplicaSet): number => Date.parse(set.metadata.creationTimestamp ?? '') || 0;

export function byCreation(a: ReplicaSet, b: ReplicaSet): number {
  return createdAt(a) - createdAt(b) || (a.metadata.name < b.metadata.name ? -1 : 1);
}

/** Sizes of active sets when the deployment is scaled in the middle of a rollout: each gets its share. */
export function proportionalSizes(deployment: Deployment, active: readonly ReplicaSet[]): Map<ReplicaSet, number> {
  const wanted = replicasOf(deployment);
  const allowed = wanted > 0 ? wanted + maxSurge(deployment) : 0;
  const toAdd = allowed - specSum(active);
  const age = (a: ReplicaSet, b: ReplicaSet) => (toAdd > 0 ? byCreation(b, a) : byCreation(a, b));
  const sorted = [...active].sort((a, b) => replicasOf(b) - replicasOf(a) || age(a, b));
  let added = 0;
  const sizes = new Map<ReplicaSet, number>();
  for (const set of sorted) {
    const share = toAdd === 0 ? 0 : proportion(set, deployment, toAdd, added);
    added += share;
    sizes.set(set, replicasOf(set) + share);
  }
  const [largest] = sorted;
  if (largest && toAdd !== 0) sizes.set(largest, Math.max(0, (sizes.get(largest) ?? 0) + toAdd - added));
  return sizes;
}

function proportion(set: ReplicaSet, deployment: Deployment, toAdd: number, added: number): number {
  if (replicasOf(set) === 0 || toAdd === added) return 0;
  const most = Number(set.metadata.annotations?.[MAX] ?? deployment.status?.replicas ?? 0) || 1;
  const fraction =
    replicasOf(deployment) === 0
      ? -replicasOf(set)
      : Math.round((replicasOf(set) * (replicasOf(deployment) + maxSurge(deployment))) / most) - replicasOf(set);
  return toAdd > 0 ? Math.min(fraction, toAdd - added) : Math.max(fraction, toAdd - added);
}
