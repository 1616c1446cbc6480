import { isJsonObject, type JsonObject } from '../../../machinery/object.ts';
import type { HttpHandler, HttpResponse } from '../../../network/stack.ts';

/** Where it serves when its configuration does not say. */
const METRICS_ADDRESS = '127.0.0.1:10249';
const HEALTH_ADDRESS = '0.0.0.0:10256';

/** The configuration where the file says nothing. */
const DEFAULTS: JsonObject = {
  bindAddress: '0.0.0.0', healthzBindAddress: HEALTH_ADDRESS, metricsBindAddress: METRICS_ADDRESS, mode: 'iptables', configSyncPeriod: '15m0s',
  clientConnection: { contentType: 'application/vnd.kubernetes.protobuf', qps: 5, burst: 10 },
  conntrack: { maxPerCore: 32768, min: 131072, tcpEstablishedTimeout: '24h0m0s', tcpCloseWaitTimeout: '1h0m0s' },
  iptables: { localhostNodePorts: true, masqueradeBit: 14, syncPeriod: '30s', minSyncPeriod: '1s' },
  ipvs: { syncPeriod: '30s' }, nftables: { masqueradeBit: 14, syncPeriod: '30s', minSyncPeriod: '1s' },
  logging: { format: 'text', flushFrequency: '5s' }, oomScoreAdj: -999,
}; // prettier-ignore

const isUnset = (value: unknown) =>
  value === undefined || value === null || value === '' || value === '0s' || value === 0;

function withDefaults(own: JsonObject, defaults: JsonObject): JsonObject {
  const result = { ...own };
  for (const [name, value] of Object.entries(defaults)) {
    const given = own[name];
    if (isJsonObject(given) && isJsonObject(value)) result[name] = withDefaults(given, value);
    else if (isUnset(given)) result[name] = value;
  }
  return result;
}

/** `0.0.0.0:10256` as a place to listen at; undefined when it is none. */
function placeOf(text: unknown): { address?: string; port: number } | undefined {
  const [, address = '', port] = /^(.*):(\d+)$/.exec(String(text)) ?? [];
  if (port === undefined) return undefined;
  return { port: Number(port), ...(address === '' || address === '0.0.0.0' ? {} : { address }) };
}

const text = (body: string, status = 200): HttpResponse => ({
  status,
  headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
  body,
});
const json = (value: unknown): HttpResponse => ({
  status: 200,
  headers: { 'Content-Type': 'application/json', 'X-Content-Type-Options': 'nosniff' },
  body: JSON.stringify(value),
});

interface State {
  /** Milliseconds. */
  now: number;
  lastUpdated: number;
  /** Rules that it has written. */
  rules: number;
}

/** What kube-proxy listens for by its configuration: its health for load balancers, its metrics for who administers it. */
export function kubeProxyPages(
  file: JsonObject,
  state: () => State,
): { address?: string; port: number; handler: HttpHandler }[] {
  const config = withDefaults(file, DEFAULTS);
  const health: HttpHandler = ({ target }) => {
    const { now, lastUpdated } = state();
    const [updated, current] = [new Date(lastUpdated).toISOString(), new Date(now).toISOString()];
    const family = { lastUpdated: updated, healthy: true };
    const times = { lastUpdated: updated, currentTime: current };
    const status = { IPv4: family, IPv6: family };
    const [path] = target.split('?');
    if (path === '/healthz') return json({ ...times, nodeEligible: true, healthy: true, status });
    if (path === '/livez') return json({ ...times, healthy: true, status });
    return text('404 page not found\n', 404);
  };
  const metrics: HttpHandler = ({ target }) => {
    const [path] = target.split('?');
    if (path === '/proxyMode') return text(String(config.mode));
    if (path === '/healthz') return text('ok');
    if (path === '/configz') return json({ 'kubeproxy.config.k8s.io': config });
    if (path === '/metrics') return text(metricsText(state().rules));
    return text('404 page not found\n', 404);
  };
  return [
    { place: placeOf(config.healthzBindAddress), handler: health },
    { place: placeOf(config.metricsBindAddress), handler: metrics },
  ].flatMap(({ place, handler }) => (place ? [{ ...place, handler }] : []));
}

function metricsText(rules: number): string {
  return [
    '# HELP kubeproxy_network_programming_duration_seconds [ALPHA] In Cluster Network Programming Latency in seconds',
    '# TYPE kubeproxy_network_programming_duration_seconds histogram',
    'kubeproxy_network_programming_duration_seconds_bucket{le="+Inf"} 0',
    'kubeproxy_network_programming_duration_seconds_sum 0',
    'kubeproxy_network_programming_duration_seconds_count 0',
    '# HELP kubeproxy_sync_proxy_rules_iptables_total [ALPHA] Total number of iptables rules owned by kube-proxy',
    '# TYPE kubeproxy_sync_proxy_rules_iptables_total gauge',
    `kubeproxy_sync_proxy_rules_iptables_total{ip_family="IPv4",table="nat"} ${rules}`,
    '',
  ].join('\n');
}
