import type { Random } from '../../kit/random.ts';
import { randomInt } from '../../kit/random.ts';
import type { Pod } from '../schema/generated/types.ts';
import { isUnfit, unfit, type Filter, type Plugin, type Snapshot, type Unfit } from './framework.ts';
import type { NodeInfo } from './node-info.ts';

interface Prepared {
  plugin: string;
  filter: Filter;
}

export interface Rejection {
  plugin: string;
  verdict: Unfit;
}

/** The filters that have something to say about a pod, or what rejects it whatever the node. */
export function prepare(pod: Pod, snapshot: Snapshot, plugins: readonly Plugin[]): Prepared[] | Rejection {
  const prepared: Prepared[] = [];
  for (const plugin of plugins) {
    const names = plugin.only?.(pod);
    const reason = `node(s) didn't satisfy plugin(s) [${plugin.name}]`;
    if (names)
      prepared.unshift({ plugin: plugin.name, filter: (node) => (names.has(node.name) ? undefined : unfit(reason)) });
    const filter = plugin.filter?.(pod, snapshot);
    if (isUnfit(filter)) return { plugin: plugin.name, verdict: filter };
    if (filter) prepared.push({ plugin: plugin.name, filter });
  }
  return prepared;
}

/** What the first plugin that refuses a node says. */
export function judge(prepared: readonly Prepared[], node: NodeInfo): Rejection | undefined {
  for (const { plugin, filter } of prepared) {
    const verdict = filter(node);
    if (verdict) return { plugin, verdict };
  }
  return undefined;
}

/** The same snapshot with one node in another state. */
export function withNode(snapshot: Snapshot, changed: NodeInfo): Snapshot {
  return { ...snapshot, nodes: snapshot.nodes.map((node) => (node.name === changed.name ? changed : node)) };
}

/** Whether a pod fits a node that was changed in thought; why not, if not. */
export function judgeChanged(
  pod: Pod,
  changed: NodeInfo,
  snapshot: Snapshot,
  plugins: readonly Plugin[],
): Rejection | undefined {
  const prepared = prepare(pod, withNode(snapshot, changed), plugins);
  return Array.isArray(prepared) ? judge(prepared, changed) : prepared;
}

export type Found = { node: NodeInfo } | { everywhere: Rejection } | { rejections: Map<NodeInfo, Rejection> };

/** The best node for a pod. `nominated` are pods that others of at least its priority are about to put on a node. */
export function findNode(
  pod: Pod,
  snapshot: Snapshot,
  plugins: readonly Plugin[],
  nominated: (node: NodeInfo) => readonly Pod[],
  random: Random,
): Found {
  const prepared = prepare(pod, snapshot, plugins);
  if (!Array.isArray(prepared)) return { everywhere: prepared };
  const rejections = new Map<NodeInfo, Rejection>();
  const feasible: NodeInfo[] = [];
  for (const node of snapshot.nodes) {
    const expected = nominated(node);
    const rejection =
      (expected.length > 0 ? judgeChanged(pod, node.changed(new Set(), expected), snapshot, plugins) : undefined) ??
      judge(prepared, node);
    if (rejection) rejections.set(node, rejection);
    else feasible.push(node);
  }
  if (feasible.length === 0) return { rejections };
  const best = feasible.length === 1 ? feasible : highest(pod, feasible, snapshot, plugins);
  const node = best[randomInt(random, best.length)];
  return node ? { node } : { rejections };
}

function highest(
  pod: Pod,
  nodes: readonly NodeInfo[],
  snapshot: Snapshot,
  plugins: readonly Plugin[],
): readonly NodeInfo[] {
  const totals = nodes.map(() => 0);
  for (const { score, weight = 1 } of plugins) {
    score?.(pod, nodes, snapshot)?.forEach((points, i) => (totals[i] = (totals[i] ?? 0) + weight * points));
  }
  const most = Math.max(...totals);
  return nodes.filter((_, i) => totals[i] === most);
}
