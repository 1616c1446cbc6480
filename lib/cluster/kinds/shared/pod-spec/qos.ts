import { quantityNanos } from '../../../machinery/quantity.ts';
import type { PodSpec, ResourceRequirements } from '../../../schema/generated/types.ts';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

const COMPUTE = ['cpu', 'memory'];

/** The positive amounts of cpu and memory. */
function amounts(list: Record<string, string> | undefined): Map<string, bigint> {
  const found = new Map<string, bigint>();
  for (const name of COMPUTE) {
    const nanos = quantityNanos(list?.[name]);
    if (nanos > 0n) found.set(name, nanos);
  }
  return found;
}

/** How well a pod is protected when its node runs short. */
export function qosClassOf(spec: PodSpec): QosClass {
  const containers: ResourceRequirements[] = [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(
    (c) => c.resources ?? {},
  );
  const parts = spec.resources ? [spec.resources] : containers;
  const used = parts.map((r) => ({ requests: amounts(r.requests), limits: amounts(r.limits) }));
  if (used.every(({ requests, limits }) => requests.size === 0 && limits.size === 0)) return 'BestEffort';
  const guaranteed = used.every(
    ({ requests, limits }) =>
      limits.size === COMPUTE.length && [...requests].every(([name, nanos]) => limits.get(name) === nanos),
  );
  // What is asked for in total must equal the limits, so a container that asks for less spoils it.
  return guaranteed && used.every(({ requests, limits }) => requests.size === limits.size) ? 'Guaranteed' : 'Burstable';
}
