import type { HttpResponse } from '../../../network/stack.ts';

/** The release behind the image's tags. */
const VERSION = '3.6.8';

const JSON_TYPE = { 'Content-Type': 'application/json' };
const TEXT_TYPE = { 'Content-Type': 'text/plain; charset=utf-8' };

/** What each health page looks at, in its order. */
const CHECKS: Record<string, readonly string[]> = {
  '/livez': ['serializable_read'],
  '/readyz': ['data_corruption', 'serializable_read', 'linearizable_read', 'non_learner'],
};

/** Series that are always the same for a lone member that is well: name, kind, value, and what the metric tells. */
const METRICS: readonly (readonly [name: string, kind: 'gauge' | 'counter', value: number, about: string])[] = [
  ['etcd_server_has_leader', 'gauge', 1, 'Whether or not a leader exists. 1 is existence, 0 is not.'],
  ['etcd_server_is_leader', 'gauge', 1, 'Whether or not this member is a leader. 1 if is, 0 otherwise.'],
  ['etcd_server_is_learner', 'gauge', 0, 'Whether or not this member is a learner. 1 if is, 0 otherwise.'],
  ['etcd_server_leader_changes_seen_total', 'counter', 1, 'The number of leader changes seen.'],
  ['etcd_server_health_failures', 'counter', 0, 'The total number of failed health checks'],
];

function metrics(): string {
  return METRICS.map(
    ([name, kind, value, about]) => `# HELP ${name} ${about}\n# TYPE ${name} ${kind}\n${name} ${value}\n`,
  ).join('');
}

/** A page of etcd's own: those of its metrics address, and with TLS those that its clients see. */
export function etcdPage(target: string, toClients: boolean): HttpResponse {
  const { pathname, searchParams } = new URL(target, 'http://etcd');
  const checks = CHECKS[pathname];
  if (checks) {
    const each = searchParams.has('verbose') ? checks.map((name) => `[+]${name} ok\n`).join('') : '';
    return { status: 200, headers: TEXT_TYPE, body: `${each}ok\n` };
  }
  if (pathname === '/health') return { status: 200, headers: JSON_TYPE, body: '{"health":"true","reason":""}' };
  if (pathname === '/metrics') return { status: 200, headers: TEXT_TYPE, body: metrics() };
  if (pathname === '/version' && toClients) {
    const minor = VERSION.split('.').slice(0, 2).join('.');
    const version = { etcdserver: VERSION, etcdcluster: `${minor}.0`, storage: `${minor}.0` };
    return { status: 200, headers: JSON_TYPE, body: JSON.stringify(version) };
  }
  return { status: 404, headers: TEXT_TYPE, body: '404 page not found\n' };
}
