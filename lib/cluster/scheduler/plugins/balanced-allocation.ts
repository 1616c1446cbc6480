import type { Plugin } from '../framework.ts';
import { needsOf } from '../node-info.ts';

/** Prefers nodes whose CPU and memory would be used in equal parts. */
export const balancedAllocation: Plugin = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  score(pod, nodes) {
    const { requests } = needsOf(pod);
    if (!requests.get('cpu') && !requests.get('memory')) return undefined;
    return nodes.map((node) => {
      const [cpu = 0, memory = 0] = ['cpu', 'memory'].map((resource) => {
        const has = node.allocatable.get(resource) ?? 0;
        const used = (node.requested.get(resource) ?? 0) + (requests.get(resource) ?? 0);
        return has === 0 ? 0 : Math.min(1, used / has);
      });
      return Math.floor((1 - Math.abs(cpu - memory) / 2) * 100);
    });
  },
};
