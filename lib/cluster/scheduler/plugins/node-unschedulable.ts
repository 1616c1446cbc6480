import { tolerates } from '../../client/semantics/taints.ts';
import type { Pod } from '../../schema/generated/types.ts';
import { unfit, type Plugin } from '../framework.ts';

const TAINT = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

const isTolerated = (pod: Pod): boolean => (pod.spec.tolerations ?? []).some((t) => tolerates(t, TAINT));

/** Keeps pods off cordoned nodes. */
export const nodeUnschedulable: Plugin = {
  name: 'NodeUnschedulable',
  events: ['node'],
  helps: (pod, happening) =>
    happening.event === 'node' &&
    (!happening.now.spec.unschedulable || isTolerated(pod)) &&
    happening.before?.spec.unschedulable !== happening.now.spec.unschedulable,
  filter: (pod) => {
    const tolerated = isTolerated(pod);
    return ({ node }) => (node.spec.unschedulable && !tolerated ? unfit('node(s) were unschedulable') : undefined);
  },
};
