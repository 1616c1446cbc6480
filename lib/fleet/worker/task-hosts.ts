import type { Cluster } from '../../cluster/index.ts';
import type { Clock } from '../../kit/clock.ts';
import { Hosts } from '../../terminal/index.ts';

/** The hosts of a task: `base`, whose disk all tasks of an attempt share, and the nodes of its cluster. */
export function taskHosts(cluster: Cluster, baseDisk: string, clock: Clock): Hosts {
  return new Hosts({
    clock,
    find: (name) => {
      if (name === 'base') return Promise.resolve({ name, disk: baseDisk });
      const node = cluster.nodes.find((n) => n.name === name);
      return Promise.resolve(node && { name, disk: node.disk, node: { cluster, name } });
    },
  });
}
