import { untolerated } from '../../client/semantics/taints.ts';
import { normalize, unfit, type Plugin } from '../framework.ts';

/** Keeps pods off nodes whose taints they do not tolerate; PreferNoSchedule only counts against a node. */
export const taintToleration: Plugin = {
  name: 'TaintToleration',
  events: ['node'],
  filter:
    (pod) =>
    ({ node }) =>
      untolerated(pod, node, 'NoSchedule', 'NoExecute').length > 0
        ? unfit('node(s) had untolerated taint(s)')
        : undefined,
  weight: 3,
  score: (pod, nodes) =>
    normalize(
      nodes.map(({ node }) => untolerated(pod, node, 'PreferNoSchedule').length),
      true,
    ),
};
