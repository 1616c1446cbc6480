import { matchesRequirements, type Operator } from '../../machinery/selector.ts';
import type { Node, NodeSelector, NodeSelectorTerm, Pod } from '../../schema/generated/types.ts';

function matchesTerm(term: NodeSelectorTerm, node: Node): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  // A term without any requirement matches nothing.
  if (matchExpressions.length + matchFields.length === 0) return false;
  const requirement = (r: { key: string; operator: string; values?: string[] }) => ({
    key: r.key,
    operator: r.operator as Operator,
    values: r.values ?? [],
  });
  return (
    matchesRequirements(matchExpressions.map(requirement), node.metadata.labels) &&
    matchesRequirements(matchFields.map(requirement), { 'metadata.name': node.metadata.name })
  );
}

/** Whether a node meets one of a selector's terms; terms are alternatives. */
export function matchesNodeSelector(selector: NodeSelector, node: Node): boolean {
  return selector.nodeSelectorTerms.some((term) => matchesTerm(term, node));
}

export function matchesPreferredTerm(term: NodeSelectorTerm, node: Node): boolean {
  return matchesTerm(term, node);
}

/** Whether a node meets a pod's nodeSelector and its required node affinity. */
export function matchesNodeAffinity(pod: Pod, node: Node): boolean {
  const { nodeSelector = {}, affinity } = pod.spec;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return (
    Object.entries(nodeSelector).every(([key, value]) => node.metadata.labels?.[key] === value) &&
    (!required || matchesNodeSelector(required, node))
  );
}
