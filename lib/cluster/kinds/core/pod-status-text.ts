import type { ContainerState, ContainerStatus, Pod } from '../../schema/generated/types.ts';
import { humanDuration } from '../shared/columns.ts';
import { isSidecar } from '../shared/pod-spec/requests.ts';

/** What `kubectl get pods` says of a pod. */
export interface PodSummary {
  ready: string;
  /** `Running`, `Init:0/1`, `CrashLoopBackOff`, `Terminating` … */
  status: string;
  /** `3`, or `3 (5m ago)`. */
  restarts: string;
}

interface Tally {
  restarts: number;
  /** When a container last ended before it was started again, in ms. */
  last: number;
}

function count(tally: Tally, status: ContainerStatus): void {
  tally.restarts += status.restartCount ?? 0;
  const ended = status.lastState?.terminated?.finishedAt;
  if (ended) tally.last = Math.max(tally.last, Date.parse(ended));
}

function endOf({ reason, signal, exitCode }: NonNullable<ContainerState['terminated']>): string {
  if (reason) return reason;
  return signal ? `Signal:${signal}` : `ExitCode:${exitCode ?? 0}`;
}

const isTrue = (pod: Pod, type: string): boolean =>
  pod.status?.conditions?.some((c) => c.type === type && c.status === 'True') ?? false;

/** The first init container that is not done, in words; undefined when all are. */
function initializing(pod: Pod, all: Tally, sidecars: Tally, ready: { count: number }): string | undefined {
  const inits = pod.spec.initContainers ?? [];
  const byName = new Map(inits.map((c) => [c.name, c]));
  for (const [i, status] of (pod.status?.initContainerStatuses ?? []).entries()) {
    const container = byName.get(status.name);
    const sidecar = container !== undefined && isSidecar(container);
    count(all, status);
    if (sidecar) count(sidecars, status);
    const { terminated, waiting } = status.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (sidecar && status.started) {
      if (status.ready) ready.count++;
      continue;
    }
    if (terminated) return `Init:${endOf(terminated)}`;
    if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`;
    return `Init:${i}/${inits.length}`;
  }
  return undefined;
}

/** Upstream's reading of a pod's status, container by container from the last to the first. */
export function summarizePod(pod: Pod, now: number): PodSummary {
  const { spec, status } = pod;
  const total = spec.containers.length + (spec.initContainers ?? []).filter(isSidecar).length;
  const gated = status?.conditions?.some((c) => c.type === 'PodScheduled' && c.reason === 'SchedulingGated');
  let reason = gated ? 'SchedulingGated' : status?.reason || (status?.phase ?? '');
  const ready = { count: 0 };
  let tally: Tally = { restarts: 0, last: 0 };
  const sidecars: Tally = { restarts: 0, last: 0 };
  const init = initializing(pod, tally, sidecars, ready);
  if (init) reason = init;
  if (!init || isTrue(pod, 'Initialized')) {
    tally = sidecars;
    let running = false;
    for (const container of (status?.containerStatuses ?? []).toReversed()) {
      count(tally, container);
      const { waiting, terminated, running: isRunning } = container.state ?? {};
      if (waiting?.reason) reason = waiting.reason;
      else if (terminated) reason = endOf(terminated);
      else if (container.ready && isRunning) {
        running = true;
        ready.count++;
      }
    }
    if (reason === 'Completed' && running) reason = isTrue(pod, 'Ready') ? 'Running' : 'NotReady';
  }
  if (pod.metadata.deletionTimestamp) {
    const ended = status?.phase === 'Succeeded' || status?.phase === 'Failed';
    if (status?.reason === 'NodeLost') reason = 'Unknown';
    else if (!ended) reason = 'Terminating';
  }
  const ago = tally.restarts && tally.last ? ` (${humanDuration(now - tally.last)} ago)` : '';
  return { ready: `${ready.count}/${total}`, status: reason, restarts: `${tally.restarts}${ago}` };
}
