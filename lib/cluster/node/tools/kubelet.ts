import { readProjectJson } from '../../../kit/project-file.ts';
import { KUBERNETES_VERSION } from '../../schema/version.ts';
import { klog } from '../../machinery/klog.ts';
import { programVersion } from '../packages.ts';
import { parseFlags } from '../kubelet/config.ts';
import { notSimulatedTool, type NodeTool } from './node-tool.ts';

const PID = 4242;

/** The program itself: its version, and what it says of flags that it does not have. systemd runs the node's kubelet. */
export const kubelet: NodeTool = {
  name: 'kubelet',
  async run(args, io, { clock, disk }) {
    const given = [...parseFlags(args).keys()];
    if (given.includes('version')) {
      await io.out(`Kubernetes ${programVersion(disk, 'kubelet') ?? KUBERNETES_VERSION}\n`);
      return 0;
    }
    const known = readProjectJson('lib/cluster/schema/facts', 'component-flags.json') as Record<string, string[]>;
    const unknown = given.find((flag) => known.kubelet && !known.kubelet.includes(`--${flag}`));
    if (unknown === undefined) return notSimulatedTool(io, 'kubelet', 'a second kubelet on the node');
    const why = `failed to parse kubelet flag: unknown flag: --${unknown}`;
    return io.fail(1, `${klog(`E run.go:72] "command failed" err=${JSON.stringify(why)}`, clock.now(), PID)}\n`);
  },
};
