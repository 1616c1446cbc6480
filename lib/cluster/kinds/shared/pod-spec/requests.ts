import { quantityNanos } from '../../../machinery/quantity.ts';
import type { Container, PodSpec } from '../../../schema/generated/types.ts';

/** Amounts by resource, in nano-units. */
export type Amounts = Map<string, bigint>;

type Kind = 'requests' | 'limits';

function amountsOf(container: Container, kind: Kind): Amounts {
  return new Map(Object.entries(container.resources?.[kind] ?? {}).map(([name, q]) => [name, quantityNanos(q)]));
}

function add(to: Amounts, from: Amounts): void {
  for (const [name, amount] of from) to.set(name, (to.get(name) ?? 0n) + amount);
}

function raise(to: Amounts, from: Amounts): void {
  for (const [name, amount] of from) if (amount > (to.get(name) ?? -1n)) to.set(name, amount);
}

/** Whether an init container keeps running beside the others (a sidecar). */
export const isSidecar = (container: Container): boolean => container.restartPolicy === 'Always';

/**
 * What the containers of a pod need at once: all that run together, or the hungriest init container with the sidecars that
 * started before it.
 */
export function aggregateContainers(spec: PodSpec, kind: Kind): Amounts {
  const total: Amounts = new Map();
  for (const container of spec.containers) add(total, amountsOf(container, kind));
  const sidecars: Amounts = new Map();
  const peak: Amounts = new Map();
  for (const container of spec.initContainers ?? []) {
    const own = amountsOf(container, kind);
    if (isSidecar(container)) {
      add(total, own);
      add(sidecars, own);
      raise(peak, sidecars);
    } else {
      const together: Amounts = new Map(sidecars);
      add(together, own);
      raise(peak, together);
    }
  }
  raise(total, peak);
  return total;
}

export const aggregateContainerRequests = (spec: PodSpec): Amounts => aggregateContainers(spec, 'requests');
