import type { Reconciler } from '../../client/reconciler.ts';
import type { Informer } from '../../client/informer.ts';
import { deepEqual } from '../../../kit/deep.ts';
import { objectKey } from '../../machinery/object.ts';
import { selectsByMap } from '../../machinery/selector.ts';
import type { Pod, Service, ServicePort } from '../../schema/generated/types.ts';
import { isPodFinished } from '../shared/pods.ts';

export const SERVICE_NAME = 'kubernetes.io/service-name';
export const HEADLESS = 'service.kubernetes.io/headless';
export const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';

/** The pods that a service selects and that have an address. */
export function podsOf(service: Service, pods: Informer<Pod>): Pod[] {
  return pods
    .list(service.metadata.namespace ?? '')
    .filter(
      (pod) => selectsByMap(service.spec.selector, pod.metadata.labels) && pod.status?.podIP && !isPodFinished(pod),
    )
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** The number behind a service's port on a pod; undefined when the pod has no port of that name. */
export function targetPort(pod: Pod, { port, targetPort: target, protocol = 'TCP' }: ServicePort): number | undefined {
  if (typeof target !== 'string') return target || port;
  const sidecars = (pod.spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always');
  const ports = [...pod.spec.containers, ...sidecars].flatMap((c) => c.ports ?? []);
  return ports.find((p) => p.name === target && (p.protocol ?? 'TCP') === protocol)?.containerPort;
}

/** The hostname under which DNS serves a pod of a service. */
export function hostnameIn(service: Service, pod: Pod): string | undefined {
  const own = pod.spec.hostname && pod.spec.subdomain === service.metadata.name;
  return own ? pod.spec.hostname : undefined;
}

/** Enqueues services when they, or pods that they select or selected, change in a way that endpoints show. */
export function followServices(reconciler: Reconciler, services: Informer<Service>, pods: Informer<Pod>): void {
  const { queue } = reconciler;
  const enqueueFor = (pod: Pod) => {
    for (const service of services.list(pod.metadata.namespace ?? '')) {
      if (selectsByMap(service.spec.selector, pod.metadata.labels)) queue.add(objectKey(service));
    }
  };
  reconciler.own(
    services.onEvent({
      add: (s) => queue.add(objectKey(s)),
      update: (s) => queue.add(objectKey(s)),
      delete: (s) => queue.add(objectKey(s)),
    }),
    pods.onEvent({
      add: enqueueFor,
      update: (pod, old) => {
        if (deepEqual(visible(pod), visible(old))) return;
        enqueueFor(pod);
        if (!deepEqual(pod.metadata.labels, old.metadata.labels)) enqueueFor(old);
      },
      delete: enqueueFor,
    }),
  );
}

const visible = ({ metadata, spec, status }: Pod) => [
  metadata.labels,
  metadata.deletionTimestamp,
  spec.nodeName,
  spec.hostname,
  status?.podIP,
  status?.phase,
  status?.conditions?.find((c) => c.type === 'Ready')?.status,
];
