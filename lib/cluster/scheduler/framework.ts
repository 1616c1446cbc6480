import type { Informer } from '../client/informer.ts';
import type { LabelSelector } from '../machinery/selector.ts';
import type {
  CSINode,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StorageClass,
} from '../schema/generated/types.ts';
import type { NodeInfo } from './node-info.ts';

/** Something happened that may let a rejected pod in. Absent `before`: it came; absent `now`: it went. */
export type Happening =
  | { event: 'node'; now: Node; before?: Node }
  /** A pod that has a node. */
  | { event: 'pod'; now?: Pod; before?: Pod }
  | { event: 'claim' | 'volume' | 'class' | 'csi-node' | 'namespace' };

/** Why a node, or the cluster, is not fit for a pod. */
export interface Unfit {
  reasons: readonly string[];
  /** Whether taking pods away from the node could help (upstream: Unschedulable rather than UnschedulableAndUnresolvable). */
  resolvable: boolean;
}

export type Filter = (node: NodeInfo) => Unfit | undefined;

/** The cluster as one scheduling cycle sees it. */
export interface Snapshot {
  readonly nodes: readonly NodeInfo[];
  readonly claims: Pick<Informer<PersistentVolumeClaim>, 'get'>;
  readonly volumes: Pick<Informer<PersistentVolume>, 'get' | 'list'>;
  readonly classes: Pick<Informer<StorageClass>, 'get'>;
  readonly csiNodes: Pick<Informer<CSINode>, 'get'>;
  readonly namespaces: Pick<Informer<Namespace>, 'get' | 'list'>;
  /** Selectors of the services and controllers that a pod belongs to: for spreading by default. */
  selectorsFor(pod: Pod): LabelSelector[];
}

/**
 * One scheduling plugin. A family: see plugins/index.ts. `filter` and `score` look at the cluster once for a pod and answer
 * with what judges single nodes; undefined when the plugin has nothing to say about the pod.
 */
export interface Plugin {
  /** Upstream's name: `NodeResourcesFit`. */
  name: string;
  /** What may let in a pod that this plugin has rejected. */
  events?: readonly Happening['event'][];
  /** Whether one of these events could really let the pod in (upstream: a queueing hint); absent: each of them. */
  helps?(this: void, pod: Pod, happening: Happening, snapshot: Pick<Snapshot, 'namespaces'>): boolean;
  filter?(this: void, pod: Pod, snapshot: Snapshot): Filter | Unfit | undefined;
  /** Names of the only nodes that can be fit, if the pod's fields say so. */
  only?(this: void, pod: Pod): ReadonlySet<string> | undefined;
  /** How much a score counts. */
  weight?: number;
  /** For each node a score from 0 to 100. */
  score?(this: void, pod: Pod, nodes: readonly NodeInfo[], snapshot: Snapshot): number[] | undefined;
}

export const unfit = (reason: string, resolvable = false): Unfit => ({ reasons: [reason], resolvable });

export const isUnfit = (answer: Filter | Unfit | undefined): answer is Unfit => typeof answer === 'object';

/** Raw scores brought to 0…100 by their greatest; all 0 (reversed: all 100) when it is 0. */
export function normalize(raw: readonly number[], reverse = false): number[] {
  const greatest = Math.max(0, ...raw);
  return raw.map((score) => {
    const scaled = greatest === 0 ? 0 : Math.floor((100 * score) / greatest);
    return reverse ? 100 - scaled : scaled;
  });
}
