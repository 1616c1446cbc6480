import { unfit, type Plugin } from '../framework.ts';

/** Holds a pod to the node that its spec names. */
export const nodeName: Plugin = {
  name: 'NodeName',
  events: ['node'],
  helps: (pod, happening) => happening.event === 'node' && happening.now.metadata.name === pod.spec.nodeName,
  filter: ({ spec }) =>
    spec.nodeName
      ? (node) => (node.name === spec.nodeName ? undefined : unfit("node(s) didn't match the requested node name"))
      : undefined,
};
