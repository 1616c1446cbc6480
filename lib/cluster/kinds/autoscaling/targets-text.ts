import type { MetricSpec, MetricStatus, MetricTarget, MetricValueStatus } from '../../schema/generated/types.ts';

const SHOWN = 2;
const UNKNOWN = '<unknown>';

const average = (current: MetricValueStatus | undefined, target: MetricTarget) =>
  `${current?.averageValue ?? UNKNOWN}/${target.averageValue}`;

/** A total against a total, or an average against an average, which says so. */
function totalOrAverage(current: MetricValueStatus | undefined, target: MetricTarget): string {
  if (target.averageValue !== undefined) return `${average(current, target)} (avg)`;
  return `${current?.value ?? UNKNOWN}/${target.value ?? ''}`;
}

function resourceText(name: string, current: MetricValueStatus | undefined, target: MetricTarget): string {
  if (target.averageValue !== undefined) return `${name}: ${average(current, target)}`;
  const now = current?.averageUtilization === undefined ? UNKNOWN : `${current.averageUtilization}%`;
  const wanted = target.averageUtilization === undefined ? '<auto>' : `${target.averageUtilization}%`;
  return `${name}: ${now}/${wanted}`;
}

function metricText(metric: MetricSpec, status: MetricStatus | undefined): string {
  if (metric.external) return totalOrAverage(status?.external?.current, metric.external.target);
  if (metric.object) return totalOrAverage(status?.object?.current, metric.object.target);
  if (metric.pods) return average(status?.pods?.current, metric.pods.target);
  if (metric.resource) {
    return resourceText(metric.resource.name, status?.resource?.current, metric.resource.target);
  }
  if (metric.containerResource) {
    const { name, target } = metric.containerResource;
    return resourceText(name, status?.containerResource?.current, target);
  }
  return '<unknown type>';
}

/** Current values against targets: `cpu: 12%/50%, memory: <unknown>/200Mi`. */
export function targetsText(metrics: readonly MetricSpec[], statuses: readonly MetricStatus[]): string {
  if (!metrics.length) return '<none>';
  const texts = metrics.map((metric, i) => metricText(metric, statuses[i]));
  const shown = texts.slice(0, SHOWN).join(', ');
  return texts.length > SHOWN ? `${shown} + ${texts.length - SHOWN} more...` : shown;
}
