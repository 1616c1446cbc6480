import type { ContainerPort, Pod } from '../../schema/generated/types.ts';
import { unfit, type Plugin } from '../framework.ts';

function hostPorts(pod: Pod): ContainerPort[] {
  const sidecars = (pod.spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always');
  return [...pod.spec.containers, ...sidecars].flatMap((c) => c.ports ?? []).filter((p) => p.hostPort);
}

const isAny = (ip: string | undefined): boolean => !ip || ip === '0.0.0.0';

function clash(a: ContainerPort, b: ContainerPort): boolean {
  return (
    a.hostPort === b.hostPort &&
    (a.protocol ?? 'TCP') === (b.protocol ?? 'TCP') &&
    (isAny(a.hostIP) || isAny(b.hostIP) || a.hostIP === b.hostIP)
  );
}

const haveClash = (pod: Pod, other: Pod): boolean =>
  hostPorts(other).some((used) => hostPorts(pod).some((port) => clash(port, used)));

/** Host ports can be used once on a node. */
export const nodePorts: Plugin = {
  name: 'NodePorts',
  events: ['pod', 'node'],
  helps(pod, happening) {
    if (happening.event !== 'pod') return happening.event === 'node' && !happening.before;
    const { now, before } = happening;
    return !now && before !== undefined && haveClash(pod, before);
  },
  filter(pod) {
    if (hostPorts(pod).length === 0) return undefined;
    return ({ pods }) => {
      for (const other of pods) {
        if (haveClash(pod, other)) {
          return unfit("node(s) didn't have free ports for the requested pod ports", true);
        }
      }
      return undefined;
    };
  },
};
