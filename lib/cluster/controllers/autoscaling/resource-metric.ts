import { amount } from '../../model/pod-resources.ts';
import { formatQuantity } from '../../machinery/quantity.ts';
import type { MetricSpec, MetricStatus, Pod, PodMetrics } from '../../schema/generated/types.ts';
import { isPodFinished, isPodReady } from '../shared/pods.ts';

/** A metric could not be read: the condition's reason, and what the event says. */
export class MetricUnavailable extends Error {
  readonly reason: string;
  override readonly cause: string;

  constructor(reason: string, cause: string, message = cause) {
    super(message);
    this.reason = reason;
    this.cause = cause;
  }
}

/** Differences of less than a tenth are left alone. */
const TOLERANCE = 0.1;

function unavailable(name: string, why: string): MetricUnavailable {
  return new MetricUnavailable('FailedGetResourceMetric', why, `failed to get ${name} utilization: ${why}`);
}

/** How many replicas a resource metric asks for, and what was measured. Metrics of other sources do not exist here. */
export async function measure(
  metric: MetricSpec,
  selected: readonly Pod[],
  current: number,
  metrics: () => Promise<readonly PodMetrics[]>,
  now: number,
): Promise<{ replicas: number; report: MetricStatus }> {
  const source = metric.resource ?? metric.containerResource;
  if (!source) {
    const why = `no metrics returned from custom metrics API for ${metric.type} metric`;
    throw new MetricUnavailable(`FailedGet${metric.type}Metric`, why);
  }
  const { name, target } = source;
  const container = metric.containerResource?.container;
  const byPod = new Map((await metrics()).map((m) => [m.metadata.name, m]));
  const live = selected.filter((pod) => !pod.metadata.deletionTimestamp && !isPodFinished(pod));
  let used = 0;
  let requested = 0;
  let measured = 0;
  let missing = 0;
  let unready = 0;
  for (const pod of live) {
    const found = byPod.get(pod.metadata.name);
    const containers = pod.spec.containers.filter((c) => !container || c.name === container);
    const asked = containers.map((c) => c.resources?.requests?.[name]);
    if (target.type === 'Utilization' && asked.includes(undefined)) {
      const silent = containers[asked.indexOf(undefined)]?.name;
      throw unavailable(name, `missing request for ${name} in container ${silent} of Pod ${pod.metadata.name}`);
    }
    const started = Date.parse(pod.status?.startTime ?? '') || now;
    if (name === 'cpu' && !isPodReady(pod) && now - started < 300_000) unready++;
    else if (!found) missing++;
    else {
      measured++;
      requested += asked.reduce((n, q) => n + amount(name, q), 0);
      for (const c of found.containers) if (!container || c.name === container) used += amount(name, c.usage[name]);
    }
  }
  if (byPod.size === 0 || measured + missing + unready === 0) {
    throw unavailable(
      name,
      'unable to get metrics for resource ' + name + ': no metrics returned from resource metrics API',
    );
  }
  if (measured === 0) throw unavailable(name, `did not receive metrics for targeted pods (pods might be unready)`);
  const average = used / measured;
  const averageValue = format(name, Math.round(average));
  const utilization = requested > 0 ? Math.floor((used * 100) / requested) : undefined;
  const ratio =
    target.type === 'Utilization'
      ? (utilization ?? 0) / (target.averageUtilization ?? 80)
      : average / Math.max(1, amount(name, target.averageValue));
  // Pods that say nothing count as idle when growing, and as busy when shrinking.
  const silent = ratio > 1 ? 0 : missing;
  const replicas = Math.abs(ratio - 1) <= TOLERANCE ? current : Math.ceil(ratio * measured + silent);
  const value = { averageValue, ...(target.type === 'Utilization' ? { averageUtilization: utilization ?? 0 } : {}) };
  const report: MetricStatus =
    container === undefined
      ? { type: 'Resource', resource: { name, current: value } }
      : { type: 'ContainerResource', containerResource: { name, container, current: value } };
  return { replicas, report };
}

function format(resource: string, n: number): string {
  const nanos = resource === 'cpu' ? BigInt(n) * 1_000_000n : BigInt(n) * 1_000_000_000n;
  return formatQuantity({ nanos, format: resource === 'cpu' ? 'decimal' : 'binary' });
}
