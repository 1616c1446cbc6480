import { formatTime } from '../../machinery/object.ts';
import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '../../schema/generated/types.ts';
import { omitZeros } from '../shared/conditions.ts';
import { maxUnavailable, replicasOf, specSum } from './arithmetic.ts';

/** progressDeadlineSeconds that means "none". */
const NO_DEADLINE = 2 ** 31 - 1;

export function hasDeadline({ spec }: Deployment): boolean {
  return spec.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds !== NO_DEADLINE;
}

export function conditionOf(status: DeploymentStatus | undefined, type: string): DeploymentCondition | undefined {
  return status?.conditions?.find((c) => c.type === type);
}

/** As deploymentutil.SetDeploymentCondition: nothing when status and reason stay, else replaced at the end. */
export function setCondition(
  status: DeploymentStatus,
  type: string,
  value: 'True' | 'False' | 'Unknown',
  reason: string,
  message: string,
  now: number,
): void {
  const old = conditionOf(status, type);
  if (old?.status === value && old.reason === reason) return;
  const time = formatTime(now);
  status.conditions = [
    ...(status.conditions ?? []).filter((c) => c.type !== type),
    {
      type,
      status: value,
      lastUpdateTime: time,
      lastTransitionTime: old?.status === value ? old.lastTransitionTime : time,
      reason,
      message,
    },
  ];
}

export function dropCondition(status: DeploymentStatus, type: string): void {
  status.conditions = (status.conditions ?? []).filter((c) => c.type !== type);
}

const sum = (sets: readonly ReplicaSet[], field: (set: ReplicaSet) => number | undefined): number =>
  sets.reduce((total, set) => total + (field(set) ?? 0), 0);

/** Counts, and the Available condition. */
export function calculateStatus(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  now: number,
): DeploymentStatus {
  const available = sum(sets, (set) => set.status?.availableReplicas);
  const total = sum(sets, (set) => set.status?.replicas);
  const counts: DeploymentStatus = {
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas: total,
    updatedReplicas: newSet?.status?.replicas ?? 0,
    readyReplicas: sum(sets, (set) => set.status?.readyReplicas),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, total - available),
    terminatingReplicas: sum(sets, (set) => set.status?.terminatingReplicas),
    conditions: [...(deployment.status?.conditions ?? [])],
  };
  const status = omitZeros(
    counts,
    'replicas',
    'updatedReplicas',
    'readyReplicas',
    'availableReplicas',
    'unavailableReplicas',
  );
  if (deployment.status?.collisionCount !== undefined) status.collisionCount = deployment.status.collisionCount;
  if (available >= replicasOf(deployment) - maxUnavailable(deployment)) {
    setCondition(status, 'Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.', now);
  } else {
    const message = 'Deployment does not have minimum availability.';
    setCondition(status, 'Available', 'False', 'MinimumReplicasUnavailable', message, now);
  }
  return status;
}

export function isComplete(deployment: Deployment, status: DeploymentStatus | undefined): boolean {
  const wanted = replicasOf(deployment);
  return (
    (status?.updatedReplicas ?? 0) === wanted &&
    (status?.replicas ?? 0) === wanted &&
    (status?.availableReplicas ?? 0) === wanted &&
    (status?.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

function isProgressing(old: DeploymentStatus | undefined, status: DeploymentStatus): boolean {
  const n = (value: number | undefined) => value ?? 0;
  return (
    n(status.updatedReplicas) > n(old?.updatedReplicas) ||
    n(status.replicas) - n(status.updatedReplicas) < n(old?.replicas) - n(old?.updatedReplicas) ||
    n(status.readyReplicas) > n(old?.readyReplicas) ||
    n(status.availableReplicas) > n(old?.availableReplicas)
  );
}

/** When a rollout that makes no progress is given up; undefined when none is under way. */
export function deadline(deployment: Deployment, status: DeploymentStatus): number | undefined {
  const condition = conditionOf(status, 'Progressing');
  if (!condition || !hasDeadline(deployment) || condition.reason === 'NewReplicaSetAvailable') return undefined;
  return Date.parse(condition.lastUpdateTime ?? '') + (deployment.spec.progressDeadlineSeconds ?? 0) * 1000;
}

/** The whole status during a rollout: counts, Available, Progressing, ReplicaFailure. */
export function rolloutStatus(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  now: number,
): DeploymentStatus {
  const status = calculateStatus(deployment, sets, newSet, now);
  if (!hasDeadline(deployment)) dropCondition(status, 'Progressing');
  const current = conditionOf(deployment.status, 'Progressing');
  const finished =
    (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && current?.reason === 'NewReplicaSetAvailable';
  if (hasDeadline(deployment) && !finished) {
    const who = newSet ? `ReplicaSet "${newSet.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
    const due = deadline(deployment, status);
    if (isComplete(deployment, status)) {
      const message = `${who} has successfully progressed.`;
      setCondition(status, 'Progressing', 'True', 'NewReplicaSetAvailable', message, now);
    } else if (isProgressing(deployment.status, status)) {
      const since = current?.status === 'True' ? current.lastTransitionTime : undefined;
      dropCondition(status, 'Progressing');
      setCondition(status, 'Progressing', 'True', 'ReplicaSetUpdated', `${who} is progressing.`, now);
      const set = conditionOf(status, 'Progressing');
      if (set && since) set.lastTransitionTime = since;
    } else if (current?.reason === 'ProgressDeadlineExceeded' || (due !== undefined && due < now)) {
      const message = `${who} has timed out progressing.`;
      setCondition(status, 'Progressing', 'False', 'ProgressDeadlineExceeded', message, now);
    }
  }
  applyReplicaFailure(status, sets, newSet, now);
  return status;
}

function applyReplicaFailure(
  status: DeploymentStatus,
  sets: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  now: number,
): void {
  const failing = [...(newSet ? [newSet] : []), ...sets]
    .flatMap((set) => set.status?.conditions ?? [])
    .find((c) => c.type === 'ReplicaFailure');
  if (failing && specSum(sets) > 0) {
    const { reason = '', message = '' } = failing;
    setCondition(status, 'ReplicaFailure', failing.status as 'True', reason, message, now);
  } else dropCondition(status, 'ReplicaFailure');
}
