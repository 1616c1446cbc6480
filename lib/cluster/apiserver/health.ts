import type { Store } from '../store/kv.ts';

/** Checks by name, in upstream's order; hooks that run once at the start have all run. */
const HOOKS = [
  'start-apiserver-admission-initializer',
  'generic-apiserver-start-informers',
  'priority-and-fairness-config-consumer',
  'priority-and-fairness-filter',
  'storage-object-count-tracker-hook',
  'start-apiextensions-informers',
  'start-apiextensions-controllers',
  'crd-informer-synced',
  'start-system-namespaces-controller',
  'peer-endpoint-reconciler-controller',
  'start-cluster-authentication-info-controller',
  'start-kube-apiserver-identity-lease-controller',
  'start-kube-apiserver-identity-lease-garbage-collector',
  'storage-readiness',
  'start-legacy-token-tracking-controller',
  'start-service-ip-repair-controllers',
  'rbac/bootstrap-roles',
  'scheduling/bootstrap-system-priority-classes',
  'priority-and-fairness-config-producer',
  'bootstrap-controller',
  'start-kubernetes-service-cidr-controller',
  'aggregator-reload-proxy-client-cert',
  'start-kube-aggregator-informers',
  'apiservice-status-local-available-controller',
  'apiservice-status-remote-available-controller',
  'apiservice-registration-controller',
  'apiservice-discovery-controller',
  'kube-apiserver-autoregistration',
].map((hook) => `poststarthook/${hook}`);

const LAST = [
  'autoregister-completion',
  'poststarthook/apiservice-openapi-controller',
  'poststarthook/apiservice-openapiv3-controller',
];

const LIVE = ['ping', 'log', 'loopback-serving-certificate', 'etcd', ...HOOKS, ...LAST];
const READY = ['ping', 'log', 'etcd', 'etcd-readiness', 'informer-sync', ...HOOKS, ...LAST, 'shutdown'];

const ENDPOINTS: Readonly<Record<string, readonly string[]>> = { healthz: LIVE, livez: LIVE, readyz: READY };

/** Every path of the health endpoints, for `/`. */
export const HEALTH_PATHS: readonly string[] = Object.entries(ENDPOINTS).flatMap(([endpoint, checks]) => [
  `/${endpoint}`,
  ...checks.map((check) => `/${endpoint}/${check}`),
]);

/** Whether the store answers: it throws when its files are gone. */
function storeWorks(store: Store): boolean {
  try {
    return store.revision >= 0;
  } catch {
    return false;
  }
}

/** Answers a health path: `/livez?verbose`, `/readyz/etcd`; undefined for a path that is none. */
export function health(
  pathname: string,
  query: URLSearchParams,
  store: Store,
): { code: number; text: string } | undefined {
  const [, endpoint = '', ...rest] = pathname.split('/');
  const checks = ENDPOINTS[endpoint];
  if (!checks) return undefined;
  const works = (check: string) => !check.startsWith('etcd') || storeWorks(store);
  const check = rest.join('/');
  if (check) {
    if (!checks.includes(check)) return undefined;
    return works(check) ? { code: 200, text: 'ok' } : { code: 500, text: 'internal server error: etcd failed\n' };
  }
  const excluded = new Set(query.getAll('exclude'));
  const failed = checks.filter((c) => !excluded.has(c) && !works(c));
  if (failed.length === 0 && !query.has('verbose')) return { code: 200, text: 'ok' };
  const lines = checks.map((c) => {
    if (excluded.has(c)) return `[+]${c} excluded: ok`;
    return failed.includes(c) ? `[-]${c} failed: reason withheld` : `[+]${c} ok`;
  });
  const verdict = failed.length ? `${endpoint} check failed` : `${endpoint} check passed`;
  return { code: failed.length ? 500 : 200, text: `${[...lines, verdict].join('\n')}\n` };
}
