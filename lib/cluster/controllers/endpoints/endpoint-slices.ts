import { startReconciler } from '../../client/reconciler.ts';
import { deepEqual } from '../../../kit/deep.ts';
import { objectKey, splitKey } from '../../machinery/object.ts';
import { isNotFound, statusOf } from '../../machinery/status-error.ts';
import { endpointslices, nodes, pods, services } from '../../schema/generated/resources.ts';
import type { DiscoveryV1EndpointPort, Endpoint, EndpointSlice, Pod, Service } from '../../schema/generated/types.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { controllerReference } from '../shared/ownership.ts';
import { isPodReady } from '../shared/pods.ts';
import {
  followServices,
  HEADLESS,
  hostnameIn,
  podsOf,
  SERVICE_NAME,
  targetPort,
  TRIGGER_TIME,
} from './service-pods.ts';
import { TriggerTimes } from './trigger-times.ts';

const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const MANAGER = 'endpointslice-controller.k8s.io';
const MOST_ENDPOINTS = 100;
const ZONE = 'topology.kubernetes.io/zone';

/** Writes the EndpointSlices of services with a selector (upstream: pkg/controller/endpointslice). */
export const endpointSlice: Controller = {
  name: 'endpointslice-controller',
  serviceAccount: 'endpointslice-controller',
  start: startEndpointSlices,
};

interface Wanted {
  addressType: string;
  ports: DiscoveryV1EndpointPort[];
  endpoints: Endpoint[];
}

function startEndpointSlices(context: ControllerContext) {
  const { client, informers } = context;
  const serviceInformer = informers.informer(services);
  const podInformer = informers.informer(pods);
  const nodeInformer = informers.informer(nodes);
  const slices = informers.informer(endpointslices);
  slices.addIndex('service', ({ metadata }) => {
    const service = metadata.labels?.[SERVICE_NAME];
    const managed = service !== undefined && metadata.labels?.[MANAGED_BY] === MANAGER;
    return managed ? [`${metadata.namespace}/${service}`] : [];
  });
  const reconciler = startReconciler({
    ...context,
    informers: [serviceInformer, podInformer, nodeInformer, slices],
    reconcile,
  });
  followServices(reconciler, serviceInformer, podInformer);
  const enqueueSlice = ({ metadata: { namespace, labels } }: EndpointSlice) => {
    const service = labels?.[SERVICE_NAME];
    if (service && labels?.[MANAGED_BY] === MANAGER) reconciler.queue.add(`${namespace}/${service}`);
  };
  reconciler.own(
    slices.onEvent({ update: enqueueSlice, delete: enqueueSlice }),
    nodeInformer.onEvent({
      update: (node, old) => {
        if (node.metadata.labels?.[ZONE] === old.metadata.labels?.[ZONE]) return;
        for (const service of serviceInformer.list()) reconciler.queue.add(objectKey(service));
      },
    }),
  );

  const zoneOf = (pod: Pod) => nodeInformer.get('', pod.spec.nodeName ?? '')?.metadata.labels?.[ZONE];

  function endpointOf(service: Service, pod: Pod): Endpoint {
    const { namespace = '', name, uid = '', deletionTimestamp } = pod.metadata;
    const serving = isPodReady(pod);
    const terminating = Boolean(deletionTimestamp);
    const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
    const zone = zoneOf(pod);
    const hostname = hostnameIn(service, pod);
    return {
      addresses: [pod.status?.podIP ?? ''],
      conditions: { ready, serving, terminating },
      ...(hostname ? { hostname } : {}),
      ...(pod.spec.nodeName ? { nodeName: pod.spec.nodeName } : {}),
      targetRef: { kind: 'Pod', namespace, name, uid },
      ...(zone ? { zone } : {}),
    };
  }

  function portsOf(service: Service, pod: Pod): DiscoveryV1EndpointPort[] {
    return (service.spec.ports ?? []).flatMap((port) => {
      const number = targetPort(pod, port);
      if (number === undefined) return [];
      const { name = '', protocol = 'TCP', appProtocol } = port;
      return [{ name, port: number, protocol, ...(appProtocol ? { appProtocol } : {}) }];
    });
  }

  /** Slices as they should be: one group for each set of ports, at most 100 endpoints in each. */
  function wantedFor(service: Service): Wanted[] {
    const groups = new Map<string, Wanted>();
    for (const pod of podsOf(service, podInformer)) {
      const ports = portsOf(service, pod);
      const key = JSON.stringify(ports);
      const group = groups.get(key) ?? { addressType: 'IPv4', ports, endpoints: [] };
      group.endpoints.push(endpointOf(service, pod));
      groups.set(key, group);
    }
    const wanted: Wanted[] = [];
    for (const group of groups.values()) {
      addHints(service, group.endpoints);
      for (let i = 0; i < group.endpoints.length; i += MOST_ENDPOINTS) {
        wanted.push({ ...group, endpoints: group.endpoints.slice(i, i + MOST_ENDPOINTS) });
      }
    }
    // A service without pods has one empty slice.
    return wanted.length > 0 ? wanted : [{ addressType: 'IPv4', ports: [], endpoints: [] }];
  }

  const triggers = new TriggerTimes();

  async function reconcile(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const service = serviceInformer.get(namespace, name);
    const existing = slices.byIndex('service', key).filter((slice) => !slice.metadata.deletionTimestamp);
    const wanted =
      service && service.spec.type !== 'ExternalName' && service.spec.selector && !service.metadata.deletionTimestamp
        ? wantedFor(service)
        : [];
    if (service && !service.spec.selector) return;
    if (!service) triggers.forget(key);
    const trigger = service && triggers.next(service, podsOf(service, podInformer));
    const left = [...existing];
    const writes: Promise<unknown>[] = [];
    for (const want of wanted) {
      if (!service) break;
      const samePorts = left.findIndex((slice) => deepEqual(slice.ports ?? [], want.ports));
      const [slice] = left.splice(samePorts >= 0 ? samePorts : 0, 1);
      writes.push(write(service, want, slice, trigger));
    }
    for (const slice of left) {
      const gone = client.delete(endpointslices, namespace, slice.metadata.name);
      writes.push(gone.catch((error: unknown) => (isNotFound(error) ? undefined : Promise.reject(error as Error))));
    }
    await Promise.all(writes);
  }

  async function write(
    service: Service,
    want: Wanted,
    slice: EndpointSlice | undefined,
    trigger: string | undefined,
  ): Promise<void> {
    const labels: Record<string, string> = {
      ...service.metadata.labels,
      [MANAGED_BY]: MANAGER,
      [SERVICE_NAME]: service.metadata.name,
      ...(service.spec.clusterIP === 'None' ? { [HEADLESS]: '' } : {}),
    };
    const changed =
      !slice ||
      !deepEqual(slice.ports ?? [], want.ports) ||
      !sameEndpoints(slice.endpoints ?? [], want.endpoints) ||
      !deepEqual(slice.metadata.labels, labels);
    if (!changed) return;
    const { [TRIGGER_TIME]: _last, ...others } = slice?.metadata.annotations ?? {};
    const annotations = trigger === undefined ? others : { ...others, [TRIGGER_TIME]: trigger };
    const { namespace = '', name } = service.metadata;
    const { annotations: _, ...kept } = slice?.metadata ?? {};
    const metadata = { ...kept, labels, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) };
    if (slice) {
      await client.update(endpointslices, { ...slice, ...want, metadata: { ...metadata, name: slice.metadata.name } });
      return;
    }
    const ownerReferences = [controllerReference(services, service)];
    try {
      await client.create(endpointslices, {
        ...want,
        metadata: { ...metadata, name: '', generateName: `${name}-`, namespace, ownerReferences },
      });
    } catch (error) {
      if (!statusOf(error)?.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating')) throw error;
    }
  }

  return reconciler;
}

const byAddress = (a: Endpoint, b: Endpoint): number => ((a.addresses[0] ?? '') < (b.addresses[0] ?? '') ? -1 : 1);

function sameEndpoints(a: readonly Endpoint[], b: readonly Endpoint[]): boolean {
  return a.length === b.length && deepEqual([...a].sort(byAddress), [...b].sort(byAddress));
}

/** `trafficDistribution` becomes hints of the endpoint's own zone or node, when all ready endpoints have one. */
function addHints(service: Service, endpoints: Endpoint[]): void {
  const wish = service.spec.trafficDistribution;
  if (!wish) return;
  const ready = endpoints.filter((e) => e.conditions?.ready);
  const zoned = ready.every((e) => e.zone);
  for (const endpoint of ready) {
    const hints: NonNullable<Endpoint['hints']> = {};
    if (zoned && endpoint.zone) hints.forZones = [{ name: endpoint.zone }];
    if (wish === 'PreferSameNode' && endpoint.nodeName) hints.forNodes = [{ name: endpoint.nodeName }];
    if (Object.keys(hints).length > 0) endpoint.hints = hints;
  }
}
