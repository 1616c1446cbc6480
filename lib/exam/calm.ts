import type { ClusterAccess, KubeJson } from '../fleet/index.ts';

interface PodStatus {
  phase?: string;
  conditions?: { type: string; status: string; lastTransitionTime?: string }[];
  containerStatuses?: { ready: boolean; state?: { waiting?: { reason?: string } } }[];
}

/** Waiting reasons of a container that will go on by itself within seconds. */
const STARTING = new Set(['ContainerCreating', 'PodInitializing']);

/** Whether a pod is on its way to somewhere: starting or going away. A pod that cannot be scheduled or crashes is not. */
function isMoving(pod: KubeJson): boolean {
  if ((pod.metadata as { deletionTimestamp?: string }).deletionTimestamp) return true;
  const { phase, conditions, containerStatuses } = (pod.status ?? {}) as PodStatus;
  if (phase === 'Succeeded' || phase === 'Failed') return false;
  const condition = (type: string) => conditions?.find((c) => c.type === type)?.status;
  if (condition('PodScheduled') !== 'True') return condition('PodScheduled') !== 'False';
  const waiting = containerStatuses?.flatMap((c) => c.state?.waiting?.reason ?? []) ?? ['ContainerCreating'];
  if (waiting.some((reason) => STARTING.has(reason))) return true;
  return waiting.length === 0 && condition('Ready') !== 'True';
}

/** Whether a controller has seen the newest version of the object. */
function isSeen(workload: KubeJson): boolean {
  const { generation } = workload.metadata as { generation?: number };
  const { observedGeneration } = (workload.status ?? {}) as { observedGeneration?: number };
  return generation === undefined || (observedGeneration ?? 0) >= generation;
}

/** Whether the cluster has done what was asked of it as far as it will soon. One whose API server is down is not calm. */
export async function isCalm(access: ClusterAccess): Promise<boolean> {
  try {
    await access.settle();
    const [pods, deployments] = await Promise.all([
      access.list({ apiVersion: 'v1', kind: 'Pod' }),
      access.list({ apiVersion: 'apps/v1', kind: 'Deployment' }),
    ]);
    return !pods.some(isMoving) && deployments.every(isSeen);
  } catch {
    return false;
  }
}
