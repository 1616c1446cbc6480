import type { Pod } from '../schema/generated/types.ts';
import type { NodeInfo } from './node-info.ts';

/** Pods that wait for the room that was made for them on a node. */
export class Nominations {
  readonly #pods = new Map<string, Pod>();

  set(pod: Pod): void {
    if (pod.status?.nominatedNodeName) this.#pods.set(pod.metadata.uid ?? '', pod);
    else this.#pods.delete(pod.metadata.uid ?? '');
  }

  remove(pod: Pod): void {
    this.#pods.delete(pod.metadata.uid ?? '');
  }

  /** Those for a node that go before `pod`. */
  on(node: NodeInfo, pod: Pod): Pod[] {
    if (this.#pods.size === 0) return [];
    return [...this.#pods.values()].filter(
      (other) =>
        other.status?.nominatedNodeName === node.name &&
        other.metadata.uid !== pod.metadata.uid &&
        (other.spec.priority ?? 0) >= (pod.spec.priority ?? 0),
    );
  }
}
