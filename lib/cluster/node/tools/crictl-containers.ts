import type { PodWorker } from '../kubelet/pod-worker.ts';

/** The runtime's id of a pod's sandbox. */
export const sandboxId = (worker: PodWorker) => Buffer.from(worker.uid.replace(/-/g, '')).toString('hex').slice(0, 13);

/** A container as the runtime lists it. */
export interface Row {
  id: string;
  image: string;
  created: number;
  state: 'Running' | 'Exited';
  name: string;
  attempt: number;
  worker: PodWorker;
}

/** The containers of these pods, the newest first. */
export function containersOf(workers: Iterable<PodWorker>): Row[] {
  return [...workers]
    .flatMap((worker) =>
      worker.records.flatMap((r): Row[] => {
        const rows: Row[] = [];
        const base = { image: r.image ?? '', name: r.spec.name, worker };
        if (r.last)
          rows.push({
            ...base,
            id: r.last.id,
            created: r.last.startedAt || r.last.finishedAt,
            state: 'Exited',
            attempt: Math.max(r.restarts - 1, 0),
          });
        if (r.state === 'running')
          rows.push({ ...base, id: r.id ?? '', created: r.startedAt, state: 'Running', attempt: r.restarts });
        else if (r.terminated)
          rows.push({
            ...base,
            id: r.terminated.id,
            created: r.terminated.startedAt || r.terminated.finishedAt,
            state: 'Exited',
            attempt: r.restarts,
          });
        return rows;
      }),
    )
    .sort((a, b) => b.created - a.created);
}
