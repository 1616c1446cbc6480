import { tolerates } from '../../client/semantics/taints.ts';
import { unfit, type Plugin } from '../framework.ts';

const TAINT = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** Keeps pods off cordoned nodes. */
export const nodeUnschedulable: Plugin = {
  name: 'NodeUnschedulable',
  events: ['node'],
  filter: (pod) => {
    const tolerated = (pod.spec.tolerations ?? []).some((t) => tolerates(t, TAINT));
    return ({ node }) => (node.spec.unschedulable && !tolerated ? unfit('node(s) were unschedulable') : undefined);
  },
};
