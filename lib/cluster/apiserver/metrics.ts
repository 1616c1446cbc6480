import type { Core } from './core.ts';

/** `/metrics`: the few series that a learner looks for, in Prometheus' text format. */
export function metricsText(core: Core): string {
  const counts = new Map<string, number>();
  for (const { strategy, resource } of core.registry.all()) {
    if (resource !== strategy.storedResource) continue;
    const name = resource.group ? `${resource.resource}.${resource.group}` : resource.resource;
    counts.set(name, core.store.list(strategy.prefix).items.length);
  }
  return [
    '# HELP apiserver_request_total [STABLE] Requests by verb, resource and answer.',
    '# TYPE apiserver_request_total counter',
    '# HELP apiserver_storage_objects [STABLE] Stored objects by resource.',
    '# TYPE apiserver_storage_objects gauge',
    ...[...counts].map(([name, n]) => `apiserver_storage_objects{resource="${name}"} ${n}`),
    '',
  ].join('\n');
}
