import { nodes } from '../schema/generated/resources.ts';
import { writes, type AdmissionPlugin } from './plugin.ts';

const NOT_READY = { effect: 'NoSchedule', key: 'node.kubernetes.io/not-ready' };

/** A new node takes no pods before the node lifecycle controller has seen it ready. */
export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  enabledByDefault: true,
  admit(request) {
    if (!writes(request, nodes, 'CREATE')) return;
    const node = request.object;
    node.spec ??= {};
    if (!node.spec.taints?.some((t) => t.key === NOT_READY.key && t.effect === NOT_READY.effect))
      (node.spec.taints ??= []).push({ ...NOT_READY });
  },
};
