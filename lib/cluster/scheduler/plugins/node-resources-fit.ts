import type { Plugin } from '../framework.ts';
import { allocatableOf, needsOf } from '../node-info.ts';

/** Requests must fit into what is left of a node; the emptier node is better. */
export const nodeResourcesFit: Plugin = {
  name: 'NodeResourcesFit',
  events: ['pod', 'node'],
  helps(pod, happening) {
    const { requests } = needsOf(pod);
    if (happening.event === 'pod') {
      if (!happening.before) return false;
      const before = needsOf(happening.before).requests;
      const now = happening.now && needsOf(happening.now).requests;
      // One pod less is room for another one, whatever they ask for.
      return !now || [...requests.keys()].some((r) => (now.get(r) ?? 0) < (before.get(r) ?? 0));
    }
    if (happening.event !== 'node') return false;
    const now = allocatableOf(happening.now);
    const before = happening.before && allocatableOf(happening.before);
    const asked = [...requests].filter(([, wanted]) => wanted > 0);
    if (asked.some(([r, wanted]) => wanted > (now.get(r) ?? 0))) return false;
    return !before || ['pods', ...asked.map(([r]) => r)].some((r) => (now.get(r) ?? 0) > (before.get(r) ?? 0));
  },
  filter(pod) {
    const { requests } = needsOf(pod);
    return ({ allocatable, requested, pods }) => {
      const reasons: string[] = [];
      let resolvable = true;
      const room = allocatable.get('pods');
      if (room !== undefined && pods.size + 1 > room) reasons.push('Too many pods');
      for (const [resource, wanted] of requests) {
        const has = allocatable.get(resource) ?? 0;
        if (wanted === 0 || wanted <= has - (requested.get(resource) ?? 0)) continue;
        reasons.push(`Insufficient ${resource}`);
        if (wanted > has) resolvable = false;
      }
      return reasons.length > 0 ? { reasons, resolvable } : undefined;
    };
  },
  weight: 1,
  score(pod, nodes) {
    const { likely } = needsOf(pod);
    return nodes.map((node) => {
      const scores = ['cpu', 'memory'].map((resource) => {
        const has = node.allocatable.get(resource) ?? 0;
        const used = (node.likely.get(resource) ?? 0) + (likely.get(resource) ?? 0);
        return has === 0 || used > has ? 0 : Math.floor(((has - used) * 100) / has);
      });
      return Math.floor(scores.reduce((a, b) => a + b, 0) / scores.length);
    });
  },
};
