import { deepClone } from '../../kit/deep.ts';
import { formatTime } from '../machinery/object.ts';
import { apiservices, endpointslices, services } from '../schema/generated/resources.ts';
import type { APIService, EndpointSlice } from '../schema/generated/types.ts';
import { storageKey, storagePrefix } from '../store/keys.ts';
import type { Core } from './core.ts';

interface Verdict {
  status: 'True' | 'False';
  reason: string;
  message: string;
}

/** Whether what an APIService points at can be there, as upstream's availability controllers tell. */
function judge({ store }: Core, { spec }: APIService): Verdict {
  const { service } = spec;
  if (!service) return { status: 'True', reason: 'Local', message: 'Local APIServices are always available' };
  const { name = '', namespace = '' } = service;
  const about = `service/${name} in "${namespace}"`;
  if (!store.get(storageKey(services, namespace, name))) {
    return { status: 'False', reason: 'ServiceNotFound', message: `${about} is not present` };
  }
  const slices = store.list(storagePrefix(endpointslices, namespace)).items as unknown as EndpointSlice[];
  const ready = slices.some(
    (s) =>
      s.metadata.labels?.['kubernetes.io/service-name'] === name &&
      s.endpoints?.some((e) => e.conditions?.ready ?? true),
  );
  if (!ready) {
    const message = `endpoints for service/${name} in "${namespace}" have no addresses with port name "https"`;
    return { status: 'False', reason: 'MissingEndpoints', message };
  }
  return { status: 'True', reason: 'Passed', message: 'all checks passed' };
}

/** Group versions of extension servers that cannot be asked. */
export const staleGroupVersions = ({ store }: Core): { group: string; version: string }[] =>
  (store.list(storagePrefix(apiservices)).items as unknown as APIService[]).flatMap(({ spec, status }) => {
    const available = status?.conditions?.find((c) => c.type === 'Available')?.status;
    return spec.service && available !== 'True' ? [{ group: spec.group ?? '', version: spec.version ?? '' }] : [];
  });

/** Keeps the condition Available of every APIService, whose services come and go. Returns what stops it. */
export function followApiServices(core: Core): () => void {
  const { store } = core;
  const check = (object: APIService) => {
    const verdict = judge(core, object);
    const before = object.status?.conditions?.find((c) => c.type === 'Available');
    if (before && before.status === verdict.status && before.reason === verdict.reason) return;
    const lastTransitionTime =
      before?.status === verdict.status ? before.lastTransitionTime : formatTime(core.clock.now());
    const status = { conditions: [{ type: 'Available', ...verdict, lastTransitionTime }] };
    store.put(storageKey(apiservices, undefined, object.metadata.name), { ...deepClone(object), status } as APIService);
  };
  const all = () => store.list(storagePrefix(apiservices)).items as unknown as APIService[];
  const recheck = () => {
    for (const object of all()) if (object.spec.service) check(object);
  };
  const running = [
    store.watch(storagePrefix(apiservices), store.revision, (event) => {
      if (event.type === 'put') check(event.object as unknown as APIService);
    }),
    store.watch(storagePrefix(services), store.revision, recheck),
    store.watch(storagePrefix(endpointslices), store.revision, recheck),
  ];
  return () => {
    for (const watch of running) watch.close();
  };
}
