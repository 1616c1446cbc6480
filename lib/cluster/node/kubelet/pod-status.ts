import { deepEqual } from '../../../kit/deep.ts';
import { formatTime } from '../../machinery/object.ts';
import type { ContainerState, ContainerStatus, Pod, PodCondition, PodStatus } from '../../schema/generated/types.ts';
import type { ContainerRecord, Terminated } from './container-record.ts';

/** All that a pod's status is made from. */
export interface PodFacts {
  pod: Pod;
  records: readonly ContainerRecord[];
  hostIP: string;
  podIP: string | undefined;
  sandboxReady: boolean;
  startTime: number;
  /** The kubelet ended or refused the pod itself. */
  ended?: { reason: string; message: string; refused?: true };
  /** The pod is being deleted and nothing of it runs any more. */
  finished: boolean;
  now: number;
}

/** The status that the kubelet reports: phase, conditions, container statuses. Source: kubelet_pods.go, status/generate.go. */
export function makePodStatus(facts: PodFacts): PodStatus {
  const { pod, hostIP, podIP } = facts;
  const phase = phaseOf(facts);
  const old = pod.status ?? {};
  const statuses = (roles: readonly string[]) =>
    facts.records.filter((r) => roles.includes(r.role)).map((r) => containerStatus(facts, r, phase));
  const init = statuses(['init', 'sidecar']);
  const ephemeral = byName(statuses(['ephemeral']));
  const generation = pod.metadata.generation;
  if (facts.ended?.refused) return refusedStatus(facts, facts.ended);
  return {
    ...(old.nominatedNodeName ? { nominatedNodeName: old.nominatedNodeName } : {}),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    phase,
    conditions: conditionsOf(facts, phase),
    ...(facts.ended ? { reason: facts.ended.reason, message: facts.ended.message } : {}),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(podIP ? { podIP, podIPs: [{ ip: podIP }] } : {}),
    startTime: formatTime(facts.startTime),
    ...(init.length ? { initContainerStatuses: init } : {}),
    containerStatuses: byName(statuses(['app'])),
    ...(ephemeral.length ? { ephemeralContainerStatuses: ephemeral } : {}),
    qosClass: old.qosClass ?? 'BestEffort',
    resources: {},
  };
}

/** Nothing of a refused pod was ever made: there are no containers to tell of. */
function refusedStatus(
  { pod, startTime }: PodFacts,
  { reason, message }: { reason: string; message: string },
): PodStatus {
  const { generation } = pod.metadata;
  const { conditions, qosClass = 'BestEffort' } = pod.status ?? {};
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    phase: 'Failed',
    ...(conditions ? { conditions } : {}),
    reason,
    message,
    startTime: formatTime(startTime),
    qosClass,
  };
}

/** As upstream sorts all but those of init containers. */
const byName = (statuses: ContainerStatus[]) => statuses.sort((a, b) => (a.name < b.name ? -1 : 1));

/** What a pod's phase depends on. */
type PhaseFacts = Pick<PodFacts, 'pod' | 'records' | 'ended' | 'finished'>;

export function phaseOf({ pod, records, ended, finished }: PhaseFacts): string {
  if (ended) return 'Failed';
  const policy = pod.spec.restartPolicy ?? 'Always';
  const init = records.filter((r) => r.role === 'init');
  if (init.some((r) => policy === 'Never' && r.state === 'terminated' && r.terminated?.exitCode !== 0)) return 'Failed';
  const pendingInit = records.some(
    (r) => (r.role === 'init' && !succeeded(r)) || (r.role === 'sidecar' && !r.started && !r.last),
  );
  const app = records.filter((r) => r.role === 'app');
  const running = app.filter((r) => r.state === 'running').length;
  const stopped = app.filter((r) => r.state === 'terminated' || (r.state === 'waiting' && r.last));
  const ok = stopped.filter((r) => r.state === 'terminated' && r.terminated?.exitCode === 0).length;
  const waiting = app.length - running - stopped.length;
  if (finished && running === 0) return waiting === 0 && ok === app.length ? 'Succeeded' : 'Failed';
  if (pendingInit && running === 0 && stopped.length === 0) return 'Pending';
  if (waiting > 0) return running > 0 || stopped.length > 0 ? 'Running' : 'Pending';
  if (running > 0 || policy === 'Always') return 'Running';
  if (ok === stopped.length) return 'Succeeded';
  return policy === 'Never' ? 'Failed' : 'Running';
}

export const succeeded = (r: ContainerRecord): boolean => r.state === 'terminated' && r.terminated?.exitCode === 0;

function terminatedState(t: Terminated): ContainerState {
  return {
    terminated: {
      containerID: `containerd://${t.id}`,
      exitCode: t.exitCode,
      finishedAt: formatTime(t.finishedAt),
      ...(t.message ? { message: t.message } : {}),
      reason: t.reason,
      startedAt: formatTime(t.startedAt),
    },
  };
}

function stateOf(r: ContainerRecord, hasInit: boolean): ContainerState {
  if (r.state === 'running') return { running: { startedAt: formatTime(r.startedAt) } };
  if (r.state === 'terminated' && r.terminated) return terminatedState(r.terminated);
  return { waiting: r.waiting ?? { reason: hasInit ? 'PodInitializing' : 'ContainerCreating' } };
}

function containerStatus(facts: PodFacts, r: ContainerRecord, phase: string): ContainerStatus {
  const { spec } = r;
  const hasInit = facts.records.some((x) => x.role === 'init' || x.role === 'sidecar');
  const over = phase === 'Succeeded' || phase === 'Failed';
  const { requests } = spec.resources ?? {};
  const known = r.id !== undefined;
  return {
    ...(known && requests ? { allocatedResources: requests } : {}),
    ...(known ? { containerID: `containerd://${r.id}` } : {}),
    image: r.image ?? spec.image ?? '',
    imageID: r.imageId ?? '',
    lastState: r.last ? terminatedState(r.last) : {},
    name: spec.name,
    ready:
      r.role === 'init' ? succeeded(r) : r.role === 'ephemeral' ? false : r.ready && r.state === 'running' && !over,
    ...(known ? { resources: spec.resources ?? {} } : {}),
    restartCount: r.restarts,
    started: r.state === 'running' && r.started,
    state: stateOf(r, hasInit),
    ...(known && r.user ? { user: { linux: r.user } } : {}),
    ...(spec.volumeMounts?.length
      ? {
          volumeMounts: spec.volumeMounts.map((m) => ({
            mountPath: m.mountPath,
            name: m.name,
            ...(m.readOnly
              ? { readOnly: true, recursiveReadOnly: m.recursiveReadOnly === 'Enabled' ? 'Enabled' : 'Disabled' }
              : {}),
          })),
        }
      : {}),
  };
}

type Verdict = Pick<PodCondition, 'status' | 'reason' | 'message'>;

function conditionsOf(facts: PodFacts, phase: string): PodCondition[] {
  const { pod, now } = facts;
  const old = pod.status?.conditions ?? [];
  const containers = containersReady(facts, phase);
  const verdicts: [string, Verdict][] = [
    ['PodReadyToStartContainers', { status: facts.sandboxReady ? 'True' : 'False' }],
    ['Initialized', initialized(facts, phase)],
    ['Ready', ready(facts, containers)],
    ['ContainersReady', containers],
  ];
  const own = verdicts.map(([type, verdict]): PodCondition => {
    const before = old.find((c) => c.type === type);
    return {
      lastProbeTime: null as unknown as string,
      lastTransitionTime: before?.status === verdict.status ? before.lastTransitionTime : formatTime(now),
      ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
      ...verdict,
      type,
    };
  });
  const others = old.filter((c) => !verdicts.some(([type]) => type === c.type));
  const scheduled = others.some((c) => c.type === 'PodScheduled')
    ? []
    : [
        {
          lastProbeTime: null as unknown as string,
          lastTransitionTime: formatTime(facts.startTime),
          ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
          status: 'True',
          type: 'PodScheduled',
        },
      ];
  const current = others.map((c) =>
    c.type === 'PodScheduled' && pod.metadata.generation !== undefined
      ? { ...c, observedGeneration: pod.metadata.generation }
      : c,
  );
  return [...own, ...scheduled, ...current];
}

function initialized({ records }: PodFacts, phase: string): Verdict {
  const incomplete = records.filter(
    (r) => (r.role === 'init' && !succeeded(r)) || (r.role === 'sidecar' && !r.started),
  );
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' };
  // Once a container of the pod has run, its initialization is over, whatever sidecars do.
  const appSeen = records.some((r) => r.role === 'app' && r.id !== undefined);
  if (incomplete.length === 0 || appSeen) return { status: 'True' };
  return {
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: [${incomplete.map((r) => r.spec.name).join(' ')}]`,
  };
}

function containersReady({ records }: PodFacts, phase: string): Verdict {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const watched = records.filter((r) => r.role === 'sidecar' || r.role === 'app');
  const unready = watched.filter((r) => !(r.ready && r.state === 'running'));
  if (unready.length === 0) return { status: 'True' };
  return {
    status: 'False',
    reason: 'ContainersNotReady',
    message: `containers with unready status: [${unready.map((r) => r.spec.name).join(' ')}]`,
  };
}

function ready({ pod }: PodFacts, containers: Verdict): Verdict {
  if (containers.status !== 'True') return containers;
  const missing = (pod.spec.readinessGates ?? []).flatMap(({ conditionType }) => {
    const condition = pod.status?.conditions?.find((c) => c.type === conditionType);
    if (!condition)
      return [`corresponding condition of pod readiness gate ${JSON.stringify(conditionType)} does not exist.`];
    if (condition.status === 'True') return [];
    return [`the status of pod readiness gate ${JSON.stringify(conditionType)} is not "True", but ${condition.status}`];
  });
  if (missing.length === 0) return { status: 'True' };
  return { status: 'False', reason: 'ReadinessGatesNotReady', message: missing.join(', ') };
}

/** Whether two statuses say the same, so that nothing need be written. */
export function sameStatus(a: PodStatus | undefined, b: PodStatus): boolean {
  return deepEqual(a, b);
}
