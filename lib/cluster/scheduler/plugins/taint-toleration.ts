import { untolerated } from '../../client/semantics/taints.ts';
import type { Node, Pod } from '../../schema/generated/types.ts';
import { normalize, unfit, type Plugin } from '../framework.ts';

const isKeptOff = (pod: Pod, node: Node): boolean => untolerated(pod, node, 'NoSchedule', 'NoExecute').length > 0;

/** Keeps pods off nodes whose taints they do not tolerate; PreferNoSchedule only counts against a node. */
export const taintToleration: Plugin = {
  name: 'TaintToleration',
  events: ['node'],
  helps: (pod, happening) =>
    happening.event === 'node' &&
    !isKeptOff(pod, happening.now) &&
    (!happening.before || isKeptOff(pod, happening.before)),
  filter:
    (pod) =>
    ({ node }) =>
      isKeptOff(pod, node) ? unfit('node(s) had untolerated taint(s)') : undefined,
  weight: 3,
  score: (pod, nodes) =>
    normalize(
      nodes.map(({ node }) => untolerated(pod, node, 'PreferNoSchedule').length),
      true,
    ),
};
