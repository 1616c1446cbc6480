import { matchesNodeAffinity, matchesPreferredTerm } from '../../client/semantics/node-affinity.ts';
import { normalize, unfit, type Plugin } from '../framework.ts';

/** A pod's nodeSelector and node affinity. */
export const nodeAffinity: Plugin = {
  name: 'NodeAffinity',
  events: ['node'],
  helps: (pod, happening) =>
    happening.event === 'node' &&
    matchesNodeAffinity(pod, happening.now) &&
    !(happening.before && matchesNodeAffinity(pod, happening.before)),
  only(pod) {
    const terms = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
    const names = terms?.map((term) => term.matchFields?.find((f) => f.key === 'metadata.name' && f.operator === 'In'));
    if (!names?.length || names.includes(undefined)) return undefined;
    return new Set(names.flatMap((field) => field?.values ?? []));
  },
  filter(pod) {
    const { nodeSelector, affinity } = pod.spec;
    if (!nodeSelector && !affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution) return undefined;
    return ({ node }) =>
      matchesNodeAffinity(pod, node) ? undefined : unfit("node(s) didn't match Pod's node affinity/selector");
  },
  weight: 2,
  score(pod, nodes) {
    const preferred = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution;
    if (!preferred?.length) return undefined;
    return normalize(
      nodes.map(({ node }) =>
        preferred.reduce((sum, t) => sum + (matchesPreferredTerm(t.preference, node) ? t.weight : 0), 0),
      ),
    );
  },
};
