import {
  formatQuantity,
  parseQuantity,
  quantityMilliValue,
  quantityNanos,
  quantityValue,
  type Quantity,
} from '../machinery/quantity.ts';
import type { Container, Pod, PodSpec } from '../schema/generated/types.ts';

/** Quantities by resource name. */
export type ResourceMap = Record<string, string>;
/** Plain numbers by resource name: thousandths of a CPU, whole units of all else. */
export type Amounts = Map<string, number>;

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

export function amount(resource: string, quantity: string | undefined): number {
  return resource === 'cpu' ? quantityMilliValue(quantity) : quantityValue(quantity);
}

/** How amounts are reckoned with: exactly, as quantities, or fast, as numbers. */
interface Arithmetic<A> {
  read: (resource: string, quantity: string) => A;
  add: (a: A, b: A) => A;
  less: (a: A, b: A) => boolean;
}

const exact: Arithmetic<string> = {
  read: (_, quantity) => quantity,
  add: addQuantities,
  less: (a, b) => quantityNanos(a) < quantityNanos(b),
};

const fast: Arithmetic<number> = { read: amount, add: (a, b) => a + b, less: (a, b) => a < b };

type Sum<A> = Map<string, A>;

/** Adds up a pod. `assumed` stands in for what a container does not say. */
function sum<A>(
  spec: PodSpec,
  of: 'requests' | 'limits',
  { read, add, less }: Arithmetic<A>,
  assumed: Readonly<Record<string, A>>,
): Sum<A> {
  const readAll = (quantities: ResourceMap | undefined): Sum<A> =>
    new Map(Object.entries(quantities ?? {}).map(([name, quantity]) => [name, read(name, quantity)]));
  const amounts = (c: Container): Sum<A> => new Map([...Object.entries(assumed), ...readAll(c.resources?.[of])]);
  const addAll = (into: Sum<A>, more: Sum<A>) => {
    for (const [name, n] of more) {
      const had = into.get(name);
      into.set(name, had === undefined ? n : add(had, n));
    }
  };
  const raiseTo = (into: Sum<A>, least: Sum<A>) => {
    for (const [name, n] of least) {
      const had = into.get(name);
      if (had === undefined || less(had, n)) into.set(name, n);
    }
  };
  const total: Sum<A> = new Map();
  for (const container of spec.containers) addAll(total, amounts(container));
  // Sidecars run beside all that starts after them; an ordinary init container runs with the sidecars before it alone.
  const sidecars: Sum<A> = new Map();
  const highest: Sum<A> = new Map();
  for (const container of spec.initContainers ?? []) {
    if (container.restartPolicy === 'Always') {
      addAll(total, amounts(container));
      addAll(sidecars, amounts(container));
      raiseTo(highest, sidecars);
    } else {
      const during = new Map(sidecars);
      addAll(during, amounts(container));
      raiseTo(highest, during);
    }
  }
  raiseTo(total, highest);
  for (const [name, n] of readAll(spec.resources?.[of])) total.set(name, n);
  if (of === 'requests' || total.size > 0) addAll(total, readAll(spec.overhead));
  return total;
}

/** What a whole pod asks for and is limited to (upstream: component-helpers/resource). */
export function podResources(spec: PodSpec): { requests: ResourceMap; limits: ResourceMap } {
  return {
    requests: Object.fromEntries(sum(spec, 'requests', exact, {})),
    limits: Object.fromEntries(sum(spec, 'limits', exact, {})),
  };
}

/** What a pod asks of a node, in numbers. `assumed` stands in for what a container does not say. */
export function podRequests(pod: Pod, assumed: Readonly<Record<string, number>> = {}): Amounts {
  return sum(pod.spec, 'requests', fast, assumed);
}

export function addAmounts(into: Amounts, more: Amounts, sign = 1): void {
  for (const [resource, n] of more) into.set(resource, (into.get(resource) ?? 0) + sign * n);
}
