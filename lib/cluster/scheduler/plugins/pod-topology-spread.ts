import { matchesNodeAffinity } from '../../client/semantics/node-affinity.ts';
import { untolerated } from '../../client/semantics/taints.ts';
import { selects, type LabelSelector } from '../../machinery/selector.ts';
import type { Pod, TopologySpreadConstraint } from '../../schema/generated/types.ts';
import { unfit, type Plugin, type Snapshot } from '../framework.ts';

const REASON = "node(s) didn't match pod topology spread constraints";

type Constraint = Pick<TopologySpreadConstraint, 'maxSkew' | 'topologyKey'> &
  Partial<Pick<TopologySpreadConstraint, 'minDomains' | 'nodeAffinityPolicy' | 'nodeTaintsPolicy'>> & {
    matches(pod: Pod): boolean;
  };

/** How upstream spreads the pods of services and workloads that say nothing about it. */
const BY_DEFAULT = [
  { topologyKey: 'kubernetes.io/hostname', maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 5 },
];

function matcher(selector: LabelSelector | undefined, keys: readonly string[], pod: Pod): (other: Pod) => boolean {
  const { labels, namespace } = pod.metadata;
  return (other) =>
    other.metadata.namespace === namespace &&
    !other.metadata.deletionTimestamp &&
    selects(selector, other.metadata.labels) &&
    keys.every((key) => labels?.[key] === undefined || labels[key] === other.metadata.labels?.[key]);
}

function constraintsOf(pod: Pod, action: string): Constraint[] {
  return (pod.spec.topologySpreadConstraints ?? [])
    .filter((c) => c.whenUnsatisfiable === action)
    .map((c) => ({ ...c, matches: matcher(c.labelSelector, c.matchLabelKeys ?? [], pod) }));
}

/** Whether a node counts as a place for the pod under a constraint's inclusion policies. */
function counts(constraint: Constraint, pod: Pod, node: Snapshot['nodes'][number]): boolean {
  if (constraint.nodeAffinityPolicy !== 'Ignore' && !matchesNodeAffinity(pod, node.node)) return false;
  return constraint.nodeTaintsPolicy !== 'Honor' || untolerated(pod, node.node, 'NoSchedule', 'NoExecute').length === 0;
}

function matching(constraint: Constraint, node: Snapshot['nodes'][number]): number {
  let n = 0;
  for (const other of node.pods) if (constraint.matches(other)) n++;
  return n;
}

/** Pods by domain of a constraint's topology, over the nodes that have all keys. */
function domains(constraint: Constraint, keys: readonly string[], pod: Pod, snapshot: Snapshot): Map<string, number> {
  const byDomain = new Map<string, number>();
  for (const node of snapshot.nodes) {
    const { labels = {} } = node.node.metadata;
    if (!keys.every((key) => labels[key] !== undefined) || !counts(constraint, pod, node)) continue;
    const domain = labels[constraint.topologyKey] ?? '';
    byDomain.set(domain, (byDomain.get(domain) ?? 0) + matching(constraint, node));
  }
  return byDomain;
}

/** Spreads pods over the values of a node label. */
export const podTopologySpread: Plugin = {
  name: 'PodTopologySpread',
  events: ['pod', 'node'],
  helps(pod, happening) {
    const constraints = constraintsOf(pod, 'DoNotSchedule');
    if (happening.event === 'pod') {
      const { now, before } = happening;
      const counted = (other: Pod | undefined) => constraints.map((c) => other !== undefined && c.matches(other));
      return counted(now).join() !== counted(before).join();
    }
    if (happening.event !== 'node') return false;
    const labels = happening.now.metadata.labels ?? {};
    const old = happening.before?.metadata.labels;
    return (
      constraints.every((c) => labels[c.topologyKey] !== undefined) &&
      (!old || constraints.some((c) => labels[c.topologyKey] !== old[c.topologyKey]))
    );
  },
  filter(pod, snapshot) {
    const constraints = constraintsOf(pod, 'DoNotSchedule');
    if (constraints.length === 0) return undefined;
    const keys = constraints.map((c) => c.topologyKey);
    const counted = constraints.map((constraint) => {
      const byDomain = domains(constraint, keys, pod, snapshot);
      const least = byDomain.size < (constraint.minDomains ?? 1) ? 0 : Math.min(...byDomain.values());
      return { constraint, byDomain, least: byDomain.size === 0 ? 0 : least };
    });
    return ({ node }) => {
      for (const { constraint, byDomain, least } of counted) {
        const domain = node.metadata.labels?.[constraint.topologyKey];
        if (domain === undefined) return unfit(`${REASON} (missing required label)`);
        const itself = constraint.matches(pod) ? 1 : 0;
        if ((byDomain.get(domain) ?? 0) + itself - least > constraint.maxSkew) return unfit(REASON, true);
      }
      return undefined;
    };
  },
  weight: 2,
  score(pod, nodes, snapshot) {
    let constraints = constraintsOf(pod, 'ScheduleAnyway');
    if (!pod.spec.topologySpreadConstraints?.length) {
      const selectors = snapshot.selectorsFor(pod);
      if (selectors.length === 0) return undefined;
      const matches = (other: Pod) => selectors.every((selector) => matcher(selector, [], pod)(other));
      constraints = BY_DEFAULT.map((c) => ({ ...c, matches }));
    }
    if (constraints.length === 0) return undefined;
    const counted = constraints.map((constraint) => {
      const byDomain = domains(constraint, [constraint.topologyKey], pod, snapshot);
      return { constraint, byDomain, weight: Math.log(byDomain.size + 2) };
    });
    const raw = nodes.map(({ node }) =>
      counted.reduce((sum, { constraint, byDomain, weight }) => {
        const domain = node.metadata.labels?.[constraint.topologyKey];
        return domain === undefined ? sum : sum + (byDomain.get(domain) ?? 0) * weight + (constraint.maxSkew - 1);
      }, 0),
    );
    const most = Math.max(...raw);
    const least = Math.min(...raw);
    return raw.map((score) => (most === 0 ? 100 : Math.floor((100 * (most + least - score)) / most)));
  },
};
