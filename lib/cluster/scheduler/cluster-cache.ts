import type { Node, Pod } from '../schema/generated/types.ts';
import { NodeInfo } from './node-info.ts';

/** Nodes with the pods that run, or will run, on them. Pods that are about to be bound are assumed to be there already. */
export class ClusterCache {
  readonly #nodes = new Map<string, NodeInfo>();
  /** By uid; pods of nodes that are not there (yet) too. */
  readonly #pods = new Map<string, Pod>();
  readonly #assumed = new Set<string>();
  #sorted: NodeInfo[] | undefined;

  get nodes(): readonly NodeInfo[] {
    return (this.#sorted ??= [...this.#nodes.values()].sort((a, b) => (a.name < b.name ? -1 : 1)));
  }

  setNode(node: Node): void {
    const { name } = node.metadata;
    const pods = this.#nodes.get(name)?.pods ?? [...this.#pods.values()].filter((pod) => pod.spec.nodeName === name);
    this.#nodes.set(name, new NodeInfo(node, pods));
    this.#sorted = undefined;
  }

  removeNode({ metadata }: Node): void {
    this.#nodes.delete(metadata.name);
    this.#sorted = undefined;
  }

  /** Takes a pod's newest state; one without a node, or finished, takes no room. */
  setPod(pod: Pod): void {
    const { uid = '' } = pod.metadata;
    const finished = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    if (!pod.spec.nodeName && this.#assumed.has(uid) && !finished) return;
    this.removePod(pod);
    if (!pod.spec.nodeName || finished) return;
    this.#pods.set(uid, pod);
    this.#nodes.get(pod.spec.nodeName)?.add(pod);
  }

  removePod({ metadata: { uid = '' } }: Pod): void {
    const known = this.#pods.get(uid);
    this.#assumed.delete(uid);
    if (!known) return;
    this.#pods.delete(uid);
    this.#nodes.get(known.spec.nodeName ?? '')?.remove(known);
  }

  /** Counts an unbound pod on a node until its binding is seen, or `forget`. */
  assume(pod: Pod, node: string): void {
    this.setPod({ ...pod, spec: { ...pod.spec, nodeName: node } });
    this.#assumed.add(pod.metadata.uid ?? '');
  }

  forget(pod: Pod): void {
    if (this.#assumed.has(pod.metadata.uid ?? '')) this.removePod(pod);
  }
}
