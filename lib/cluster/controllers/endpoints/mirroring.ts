import { deepEqual } from '../../../kit/deep.ts';
import { startReconciler } from '../../client/reconciler.ts';
import { objectKey, splitKey, type KubeObject } from '../../machinery/object.ts';
import { isNotFound, statusOf } from '../../machinery/status-error.ts';
import { endpoints, endpointslices, services } from '../../schema/generated/resources.ts';
import type {
  EndpointAddress,
  Endpoints,
  Endpoint,
  EndpointSlice,
  EndpointSubset,
} from '../../schema/generated/types.ts';
import type { Controller } from '../controller.ts';
import { controllerReference } from '../shared/ownership.ts';
import { SERVICE_NAME } from './service-pods.ts';

const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const MANAGER = 'endpointslicemirroring-controller.k8s.io';
const SKIP = 'endpointslice.kubernetes.io/skip-mirror';
const LEADER = 'control-plane.alpha.kubernetes.io/leader';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** Addresses of one subset that are mirrored at most. */
const MOST_ENDPOINTS = 1000;

/** Mirrors Endpoints that people write for services without a selector (upstream: pkg/controller/endpointslicemirroring). */
export const endpointSliceMirroring: Controller = {
  name: 'endpointslice-mirroring-controller',
  serviceAccount: 'endpointslicemirroring-controller',
  start(context) {
    const { client, informers } = context;
    const sources = informers.informer(endpoints);
    const slices = informers.informer(endpointslices);
    const serviceInformer = informers.informer(services);
    slices.addIndex('mirrored', ({ metadata: { labels, namespace } }) =>
      labels?.[MANAGED_BY] === MANAGER && labels[SERVICE_NAME] ? [`${namespace}/${labels[SERVICE_NAME]}`] : [],
    );

    const mirrors = (source: Endpoints | undefined, key: string): source is Endpoints => {
      const { namespace, name } = splitKey(key);
      const service = serviceInformer.get(namespace, name);
      const { labels, annotations } = source?.metadata ?? {};
      if (!source || !service || service.spec.selector) return false;
      return labels?.[SKIP] !== 'true' && annotations?.[LEADER] === undefined;
    };

    const reconciler = startReconciler({
      ...context,
      informers: [sources, slices, serviceInformer],
      async reconcile(key) {
        const { namespace, name } = splitKey(key);
        const source = sources.get(namespace, name);
        const left = slices.byIndex('mirrored', key);
        for (const want of mirrors(source, key) ? slicesOf(source) : []) {
          const same = left.findIndex(
            (slice) => slice.addressType === want.addressType && deepEqual(slice.ports ?? [], want.ports ?? []),
          );
          const [slice] = same >= 0 ? left.splice(same, 1) : [];
          if (!slice) await create(want);
          else if (!sameMirror(slice, want)) {
            const { labels, annotations } = want.metadata;
            const metadata = { ...slice.metadata, ...(labels && { labels }), ...(annotations && { annotations }) };
            await client.update(endpointslices, { ...slice, ...want, metadata });
          }
        }
        for (const slice of left) {
          await client.delete(endpointslices, namespace, slice.metadata.name).catch((error: unknown) => {
            if (!isNotFound(error)) throw error;
          });
        }
      },
    });

    async function create(slice: EndpointSlice): Promise<void> {
      try {
        await client.create(endpointslices, slice);
      } catch (error) {
        if (!statusOf(error)?.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating')) throw error;
      }
    }

    const enqueue = (object: KubeObject) => reconciler.queue.add(objectKey(object));
    const enqueueSource = ({ metadata: { namespace, labels } }: KubeObject) => {
      if (labels?.[MANAGED_BY] === MANAGER) reconciler.queue.add(`${namespace}/${labels[SERVICE_NAME] ?? ''}`);
    };
    reconciler.own(
      sources.onEvent({ add: enqueue, update: enqueue, delete: enqueue }),
      serviceInformer.onEvent({ add: enqueue, update: enqueue, delete: enqueue }),
      slices.onEvent({ update: enqueueSource, delete: enqueueSource }),
    );
    return reconciler;
  },
};

function sameMirror(slice: EndpointSlice, want: EndpointSlice): boolean {
  return (
    deepEqual(slice.endpoints ?? [], want.endpoints ?? []) &&
    deepEqual(slice.metadata.labels, want.metadata.labels) &&
    deepEqual(slice.metadata.annotations ?? {}, want.metadata.annotations ?? {})
  );
}

/** One slice for each subset and family of addresses. */
function slicesOf(source: Endpoints): EndpointSlice[] {
  return (source.subsets ?? []).flatMap((subset) =>
    (['IPv4', 'IPv6'] as const).flatMap((family) => {
      const found = endpointsOf(subset, family);
      return found.length > 0 ? [sliceOf(source, subset, family, found)] : [];
    }),
  );
}

function endpointsOf(subset: EndpointSubset, family: 'IPv4' | 'IPv6'): Endpoint[] {
  const isOfFamily = ({ ip }: EndpointAddress) => ip.includes(':') === (family === 'IPv6');
  const mirror = (ready: boolean) => (address: EndpointAddress) => ({
    addresses: [address.ip],
    conditions: { ready },
    ...(address.hostname && { hostname: address.hostname }),
    ...(address.nodeName && { nodeName: address.nodeName }),
    ...(address.targetRef && { targetRef: address.targetRef }),
  });
  const { addresses = [], notReadyAddresses = [] } = subset;
  return [
    ...addresses.filter(isOfFamily).map(mirror(true)),
    ...notReadyAddresses.filter(isOfFamily).map(mirror(false)),
  ].slice(0, MOST_ENDPOINTS);
}

function sliceOf(source: Endpoints, { ports }: EndpointSubset, addressType: string, found: Endpoint[]): EndpointSlice {
  const { name, namespace = '', labels, annotations = {} } = source.metadata;
  const kept = Object.entries(annotations).filter(([key]) => key !== LAST_APPLIED);
  return {
    addressType,
    endpoints: found,
    ports: (ports ?? []).map(({ name: portName = '', port, protocol = 'TCP', appProtocol }) => ({
      name: portName,
      port,
      protocol,
      ...(appProtocol && { appProtocol }),
    })),
    metadata: {
      name: '',
      generateName: `${name}-`,
      namespace,
      labels: { ...labels, [MANAGED_BY]: MANAGER, [SERVICE_NAME]: name },
      ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }),
      ownerReferences: [controllerReference(endpoints, source)],
    },
  };
}
