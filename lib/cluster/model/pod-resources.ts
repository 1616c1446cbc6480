import { formatQuantity, parseQuantity, quantityNanos, type Quantity } from '../machinery/quantity.ts';
import type { Container, PodSpec } from '../schema/generated/types.ts';

/** Amounts by resource name. */
export type ResourceMap = Record<string, string>;

const zero: Quantity = { nanos: 0n, format: 'decimal' };

/** The sum of two quantities, in the format of the first that is not zero. */
export function addQuantities(a: string | undefined, b: string | undefined): string {
  const [left, right] = [
    a === undefined ? undefined : parseQuantity(a),
    b === undefined ? undefined : parseQuantity(b),
  ];
  const { format } = (left?.nanos ? left : right) ?? left ?? zero;
  return formatQuantity({ nanos: (left ?? zero).nanos + (right ?? zero).nanos, format });
}

function addAll(into: ResourceMap, more: ResourceMap | undefined): void {
  for (const [name, amount] of Object.entries(more ?? {}))
    into[name] = into[name] === undefined ? amount : addQuantities(into[name], amount);
}

function raiseTo(into: ResourceMap, least: ResourceMap): void {
  for (const [name, amount] of Object.entries(least)) {
    if (into[name] === undefined || quantityNanos(into[name]) < quantityNanos(amount)) into[name] = amount;
  }
}

function sum(spec: PodSpec, of: 'requests' | 'limits'): ResourceMap {
  const total: ResourceMap = {};
  const amounts = (c: Container) => c.resources?.[of];
  for (const container of spec.containers) addAll(total, amounts(container));
  // Sidecars run beside all that starts after them; an ordinary init container runs with the sidecars before it alone.
  const sidecars: ResourceMap = {};
  const highest: ResourceMap = {};
  for (const container of spec.initContainers ?? []) {
    if (container.restartPolicy === 'Always') {
      addAll(total, amounts(container));
      addAll(sidecars, amounts(container));
      raiseTo(highest, sidecars);
    } else {
      const during = { ...sidecars };
      addAll(during, amounts(container));
      raiseTo(highest, during);
    }
  }
  raiseTo(total, highest);
  if (spec.resources?.[of]) Object.assign(total, spec.resources[of]);
  if (of === 'requests' || Object.keys(total).length) addAll(total, spec.overhead);
  return total;
}

/** What a whole pod asks for and is limited to (upstream: component-helpers/resource). */
export function podResources(spec: PodSpec): { requests: ResourceMap; limits: ResourceMap } {
  return { requests: sum(spec, 'requests'), limits: sum(spec, 'limits') };
}
