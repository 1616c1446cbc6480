import { quantityMilliValue, quantityValue } from '../../machinery/quantity.ts';
import type { Container, Pod } from '../../schema/generated/types.ts';

/** Amounts by resource: thousandths of a CPU, whole units of all else. */
export type Amounts = Map<string, number>;

export function amount(resource: string, quantity: string | undefined): number {
  return resource === 'cpu' ? quantityMilliValue(quantity) : quantityValue(quantity);
}

export function addAmounts(sum: Amounts, more: Amounts, sign = 1): void {
  for (const [resource, n] of more) sum.set(resource, (sum.get(resource) ?? 0) + sign * n);
}

function most(a: Amounts, b: Amounts): Amounts {
  const merged = new Map(a);
  for (const [resource, n] of b) merged.set(resource, Math.max(n, merged.get(resource) ?? 0));
  return merged;
}

export type Assumed = Readonly<Record<string, number>>;

function containerRequests(container: Pick<Container, 'resources'>, assumed: Assumed): Amounts {
  const requests: Amounts = new Map();
  for (const [resource, quantity] of Object.entries(container.resources?.requests ?? {})) {
    requests.set(resource, amount(resource, quantity));
  }
  for (const [resource, n] of Object.entries(assumed)) if (!requests.has(resource)) requests.set(resource, n);
  return requests;
}

/**
 * What a pod asks of a node: its containers together with its sidecars, or an init container with the sidecars before it
 * if that is more, and its overhead. `assumed` stands in for what a container does not say.
 */
export function podRequests(pod: Pod, assumed: Assumed = {}): Amounts {
  const running: Amounts = new Map();
  for (const container of pod.spec.containers) addAmounts(running, containerRequests(container, assumed));
  const sidecars: Amounts = new Map();
  let starting: Amounts = new Map();
  for (const container of pod.spec.initContainers ?? []) {
    const requests = containerRequests(container, assumed);
    if (container.restartPolicy === 'Always') {
      addAmounts(running, requests);
      addAmounts(sidecars, requests);
      starting = most(starting, sidecars);
    } else {
      addAmounts(requests, sidecars);
      starting = most(starting, requests);
    }
  }
  const total = most(running, starting);
  for (const [resource, quantity] of Object.entries(pod.spec.resources?.requests ?? {})) {
    total.set(resource, amount(resource, quantity));
  }
  for (const [resource, quantity] of Object.entries(pod.spec.overhead ?? {})) {
    total.set(resource, (total.get(resource) ?? 0) + amount(resource, quantity));
  }
  return total;
}
