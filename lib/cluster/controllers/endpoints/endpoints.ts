import { startReconciler } from '../../client/reconciler.ts';
import { deepEqual } from '../../../kit/deep.ts';
import { splitKey } from '../../machinery/object.ts';
import { isAlreadyExists, isNotFound, statusOf } from '../../machinery/status-error.ts';
import { endpoints, pods, services } from '../../schema/generated/resources.ts';
import type {
  EndpointAddress,
  EndpointPort,
  Endpoints,
  EndpointSubset,
  Pod,
  Service,
} from '../../schema/generated/types.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { isPodReady } from '../shared/pods.ts';
import { followServices, HEADLESS, hostnameIn, podsOf, targetPort, TRIGGER_TIME } from './service-pods.ts';
import { TriggerTimes } from './trigger-times.ts';

const MANAGED_BY = 'endpoints.kubernetes.io/managed-by';

/** Writes the Endpoints of services with a selector (upstream: pkg/controller/endpoint). */
export const endpointsController: Controller = {
  name: 'endpoints-controller',
  serviceAccount: 'endpoint-controller',
  start: startEndpoints,
};

/** Upstream orders the ports of a subset by a hash; this order agrees with everything recorded. */
function byPort(a: EndpointPort, b: EndpointPort): number {
  return b.port - a.port || ((a.protocol ?? 'TCP') < (b.protocol ?? 'TCP') ? -1 : 1);
}

function portsOf(service: Service, pod: Pod): EndpointPort[] {
  return (service.spec.ports ?? [])
    .flatMap((port): EndpointPort[] => {
      const number = targetPort(pod, port);
      if (number === undefined) return [];
      const { name, protocol = 'TCP', appProtocol } = port;
      return [{ ...(name ? { name } : {}), port: number, protocol, ...(appProtocol ? { appProtocol } : {}) }];
    })
    .sort(byPort);
}

function subsetsFor(service: Service, selected: readonly Pod[]): EndpointSubset[] {
  const groups = new Map<string, EndpointSubset>();
  for (const pod of selected) {
    if (pod.metadata.deletionTimestamp && !service.spec.publishNotReadyAddresses) continue;
    const ports = portsOf(service, pod);
    const headless = service.spec.clusterIP === 'None';
    if (ports.length === 0 && !(headless && !service.spec.ports?.length)) continue;
    const { namespace = '', name, uid = '' } = pod.metadata;
    const hostname = hostnameIn(service, pod);
    const address: EndpointAddress = {
      ip: pod.status?.podIP ?? '',
      ...(hostname ? { hostname } : {}),
      ...(pod.spec.nodeName ? { nodeName: pod.spec.nodeName } : {}),
      targetRef: { kind: 'Pod', namespace, name, uid },
    };
    const key = JSON.stringify(ports);
    const group = groups.get(key) ?? (ports.length > 0 ? { ports } : {});
    const list = service.spec.publishNotReadyAddresses || isPodReady(pod) ? 'addresses' : 'notReadyAddresses';
    group[list] = [...(group[list] ?? []), address].sort((a, b) => (a.ip < b.ip ? -1 : 1));
    groups.set(key, group);
  }
  return [...groups.values()];
}

function startEndpoints(context: ControllerContext) {
  const { client, informers } = context;
  const serviceInformer = informers.informer(services);
  const podInformer = informers.informer(pods);
  const informer = informers.informer(endpoints);
  const reconciler = startReconciler({ ...context, informers: [serviceInformer, podInformer, informer], reconcile });
  followServices(reconciler, serviceInformer, podInformer);
  const enqueue = ({ metadata }: Endpoints) => {
    const service = serviceInformer.get(metadata.namespace ?? '', metadata.name);
    if (service?.spec.selector) reconciler.queue.add(`${metadata.namespace}/${metadata.name}`);
  };
  reconciler.own(informer.onEvent({ update: enqueue, delete: enqueue }));

  const triggers = new TriggerTimes();

  async function reconcile(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const service = serviceInformer.get(namespace, name);
    const existing = informer.get(namespace, name);
    if (!service) {
      triggers.forget(key);
      if (existing?.metadata.labels?.[MANAGED_BY] === undefined) return;
      await client.delete(endpoints, namespace, name).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
      return;
    }
    if (!service.spec.selector || service.spec.type === 'ExternalName' || service.metadata.deletionTimestamp) return;
    const selected = podsOf(service, podInformer);
    const trigger = triggers.next(service, selected);
    const subsets = subsetsFor(service, selected);
    const labels: Record<string, string> = {
      ...service.metadata.labels,
      [MANAGED_BY]: 'endpoint-controller',
      ...(service.spec.clusterIP === 'None' ? { [HEADLESS]: '' } : {}),
    };
    if (existing && deepEqual(existing.subsets ?? [], subsets) && deepEqual(existing.metadata.labels, labels)) return;
    const { annotations: old, ...kept } = existing?.metadata ?? { name, namespace };
    const { [TRIGGER_TIME]: _last, ...others } = old ?? {};
    const annotations = trigger === undefined ? others : { ...others, [TRIGGER_TIME]: trigger };
    const metadata = {
      ...kept,
      labels,
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    };
    const draft: Endpoints = { metadata, ...(subsets.length > 0 ? { subsets } : {}) };
    try {
      await (existing ? client.update(endpoints, draft) : client.create(endpoints, draft));
    } catch (error) {
      const terminating = statusOf(error)?.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating');
      if (!terminating && !isAlreadyExists(error)) throw error;
    }
  }

  return reconciler;
}
