import type { ContainerStatus, PodStatus } from '../../schema/generated/types.ts';
import type { ContainerRecord, Terminated } from './container-record.ts';

const bare = (id: string | undefined): string => id?.replace(/^\w+:\/\//, '') ?? '';

function terminatedOf(state: ContainerStatus['state']): Terminated | undefined {
  const t = state?.terminated;
  if (!t) return undefined;
  return {
    id: bare(t.containerID),
    exitCode: t.exitCode,
    reason: t.reason ?? '',
    message: t.message,
    startedAt: Date.parse(t.startedAt ?? '') || 0,
    finishedAt: Date.parse(t.finishedAt ?? '') || 0,
  };
}

/** Takes containers over as a pod's status describes them: same ids, times and counts. */
export function adoptRecords(records: readonly ContainerRecord[], status: PodStatus): void {
  const all = [
    ...(status.initContainerStatuses ?? []),
    ...(status.containerStatuses ?? []),
    ...(status.ephemeralContainerStatuses ?? []),
  ];
  for (const r of records) {
    const s = all.find((c) => c.name === r.spec.name);
    if (!s?.containerID) continue;
    r.id = bare(s.containerID);
    r.image = s.image;
    r.imageId = s.imageID;
    r.restarts = s.restartCount;
    r.last = terminatedOf(s.lastState);
    r.terminated = terminatedOf(s.state);
    r.started = s.started ?? false;
    r.ready = s.ready;
    if (s.state?.running) {
      r.state = 'running';
      r.startedAt = Date.parse(s.state.running.startedAt ?? '') || 0;
    } else if (r.terminated) r.state = 'terminated';
    else if (s.state?.waiting) r.waiting = { reason: s.state.waiting.reason ?? '', message: s.state.waiting.message };
    if (r.restarts > 0) r.backOff = 10_000;
  }
}
