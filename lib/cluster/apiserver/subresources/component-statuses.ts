import type { ApiRequest, ApiResult } from '../../machinery/api-request.ts';
import { notFound } from '../../machinery/status-error.ts';
import { pods } from '../../schema/generated/resources.ts';
import type { Pod } from '../../schema/generated/types.ts';
import { storagePrefix } from '../../store/keys.ts';
import type { Call } from '../core.ts';

/** Components by the label of their static pods, with the address that upstream probes. */
const COMPONENTS = [
  { name: 'scheduler', label: 'kube-scheduler', url: 'https://127.0.0.1:10259/healthz', address: '127.0.0.1:10259' },
  {
    name: 'controller-manager',
    label: 'kube-controller-manager',
    url: 'https://127.0.0.1:10257/healthz',
    address: '127.0.0.1:10257',
  },
  { name: 'etcd-0', label: 'etcd', url: '', address: '' },
];

function isUp(all: readonly Pod[], label: string): boolean {
  return all.some(
    (p) => p.metadata.labels?.['component'] === label && p.status?.containerStatuses?.some((s) => s.state?.running),
  );
}

/** The deprecated `componentstatuses`: whether the control plane's components run. */
export function componentStatuses(call: Call, request: ApiRequest): ApiResult {
  const all = call.core.store.list(storagePrefix(pods, 'kube-system')).items as unknown as Pod[];
  const items = COMPONENTS.filter((c) => !call.name || c.name === call.name).map(({ name, label, url, address }) => {
    const healthy = name === 'etcd-0' || isUp(all, label);
    const message = healthy ? 'ok' : `Get "${url}": dial tcp ${address}: connect: connection refused`;
    return {
      kind: 'ComponentStatus',
      apiVersion: 'v1',
      metadata: { name },
      conditions: [{ type: 'Healthy', status: healthy ? 'True' : 'False', message }],
    };
  });
  const [first] = items;
  const warnings = ['v1 ComponentStatus is deprecated in v1.19+'];
  if (request.verb !== 'get') {
    return { code: 200, object: { kind: 'ComponentStatusList', apiVersion: 'v1', metadata: {}, items }, warnings };
  }
  if (!first) throw notFound(call.served.resource, call.name);
  return { code: 200, object: first, warnings };
}
