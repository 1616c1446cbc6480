import { logPath } from '../kubelet/container-starter.ts';
import type { PodWorker } from '../kubelet/pod-worker.ts';
import { sandboxId, type Row } from './crictl-containers.ts';

/** The labels that the kubelet puts on what it makes for a pod. */
const labelsOf = ({ pod }: PodWorker) => ({
  'io.kubernetes.pod.name': pod.metadata.name,
  'io.kubernetes.pod.namespace': pod.metadata.namespace ?? '',
  'io.kubernetes.pod.uid': pod.metadata.uid ?? '',
});

const nanoseconds = (ms: number) => `${ms}000000`;
const time = (ms: number) => (ms ? new Date(ms).toISOString() : '0001-01-01T00:00:00Z');

/** What `ps -o json` and `inspect` say of a container. */
export function containerInfo(row: Row): { listed: object; inspected: object } {
  const { worker, id, image, name, attempt, created } = row;
  const record = worker.record(name);
  const ended = row.state === 'Exited' ? [record?.terminated, record?.last].find((t) => t?.id === id) : undefined;
  const metadata = { attempt, name };
  const labels = { 'io.kubernetes.container.name': name, ...labelsOf(worker) };
  const state = row.state === 'Running' ? 'CONTAINER_RUNNING' : 'CONTAINER_EXITED';
  const listed = {
    id,
    podSandboxId: sandboxId(worker),
    metadata,
    image: { image },
    imageRef: record?.imageId ?? image,
    state,
    createdAt: nanoseconds(created),
    labels,
  };
  const inspected = {
    info: { sandboxID: sandboxId(worker) },
    status: {
      createdAt: time(created),
      exitCode: ended?.exitCode ?? 0,
      finishedAt: time(ended?.finishedAt ?? 0),
      id,
      image: { image },
      imageRef: record?.imageId ?? image,
      labels,
      logPath: logPath(worker.pod, name, attempt),
      message: ended?.message ?? '',
      metadata,
      mounts: (record?.spec.volumeMounts ?? []).map((m) => ({
        containerPath: m.mountPath,
        readonly: m.readOnly ?? false,
      })),
      reason: ended?.reason ?? '',
      startedAt: time(created),
      state,
    },
  };
  return { listed, inspected };
}

/** What `pods -o json` and `inspectp` say of a pod's sandbox. */
export function podInfo(worker: PodWorker): { listed: object; inspected: object } {
  const { pod, finished, startTime } = worker;
  const { name, namespace = '', uid = '' } = pod.metadata;
  const metadata = { attempt: 0, name, namespace, uid };
  const labels = { ...pod.metadata.labels, ...labelsOf(worker) };
  const state = finished ? 'SANDBOX_NOTREADY' : 'SANDBOX_READY';
  const network = { additionalIps: [], ip: pod.spec.hostNetwork ? '' : (worker.sandbox?.ip ?? '') };
  return {
    listed: { id: sandboxId(worker), metadata, state, createdAt: nanoseconds(startTime), labels },
    inspected: {
      status: { createdAt: time(startTime), id: sandboxId(worker), labels, metadata, network, state },
    },
  };
}
