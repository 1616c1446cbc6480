import { addAmounts, amount, podRequests, type Amounts } from '../model/pod-resources.ts';
import type { Node, Pod } from '../schema/generated/types.ts';

/** What the scheduler takes a container to need that asks for nothing (upstream: NonZeroRequested). */
const ASSUMED = { cpu: 100, memory: 200 * 1024 * 1024 };

interface Needs {
  requests: Amounts;
  /** With assumptions for what is not asked for: for scores. */
  likely: Amounts;
}

const needs = new WeakMap<Pod, Needs>();

export function needsOf(pod: Pod): Needs {
  let known = needs.get(pod);
  if (!known) needs.set(pod, (known = { requests: podRequests(pod), likely: podRequests(pod, ASSUMED) }));
  return known;
}

export function allocatableOf({ status }: Node): Amounts {
  const allocatable = status?.allocatable ?? status?.capacity ?? {};
  return new Map(Object.entries(allocatable).map(([r, q]) => [r, amount(r, q)]));
}

/** A node with the pods on it, and what they take. */
export class NodeInfo {
  readonly node: Node;
  readonly allocatable: Amounts;
  readonly requested: Amounts = new Map();
  readonly likely: Amounts = new Map();
  readonly #pods = new Map<string, Pod>();

  constructor(node: Node, pods: Iterable<Pod> = []) {
    this.node = node;
    this.allocatable = allocatableOf(node);
    for (const pod of pods) this.add(pod);
  }

  get name(): string {
    return this.node.metadata.name;
  }

  get pods(): Iterable<Pod> & { size: number } {
    return { [Symbol.iterator]: () => this.#pods.values(), size: this.#pods.size };
  }

  /** Adds a pod, or puts its newer version in place. */
  add(pod: Pod): void {
    const { uid = '' } = pod.metadata;
    const old = this.#pods.get(uid);
    if (old) this.#count(old, -1);
    this.#pods.set(uid, pod);
    this.#count(pod, 1);
  }

  remove(pod: Pod): void {
    const old = this.#pods.get(pod.metadata.uid ?? '');
    if (!old) return;
    this.#pods.delete(pod.metadata.uid ?? '');
    this.#count(old, -1);
  }

  /** The same node with some pods gone and others come. */
  changed(without: ReadonlySet<Pod>, more: readonly Pod[] = []): NodeInfo {
    return new NodeInfo(this.node, [...this.#pods.values()].filter((pod) => !without.has(pod)).concat(more));
  }

  #count(pod: Pod, sign: 1 | -1): void {
    const { requests, likely } = needsOf(pod);
    addAmounts(this.requested, requests, sign);
    addAmounts(this.likely, likely, sign);
  }
}
