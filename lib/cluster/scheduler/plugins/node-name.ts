import { unfit, type Plugin } from '../framework.ts';

/** Holds a pod to the node that its spec names. */
export const nodeName: Plugin = {
  name: 'NodeName',
  events: ['node'],
  filter: ({ spec }) =>
    spec.nodeName
      ? (node) => (node.name === spec.nodeName ? undefined : unfit("node(s) didn't match the requested node name"))
      : undefined,
};
