import { createHash } from 'node:crypto';
import type { KubeletApi } from '../machinery/kubelet-api.ts';
import { serviceUnavailable } from './unavailable.ts';
import { resolveHost } from '../network/resolver.ts';
import { readableOf, writableOf } from '../network/byte-pipe.ts';
import { Disk } from './machine.ts';
import type { NodeOptions, SimulatedNode } from './node.ts';
import { KubeletServer } from './kubelet/server.ts';
import { mendHost } from './installed-host.ts';
import { nodeTools, toolNames } from './tools/index.ts';
import { Units } from './units.ts';

/** Switches a machine on: its units start, and with them the kubelet. */
export function startNode(options: NodeOptions): Promise<SimulatedNode> {
  const { name, ip, network, activity } = options;
  const disk = new Disk(options.disk);
  mendHost(disk);
  const host = network.addHost(name, ip);
  const machineId = createHash('md5')
    .update(disk.read('/etc/machine-id') ?? name)
    .digest('hex');
  const units = new Units({ ...options, disk, host, machineId });
  units.boot();
  const kubelet: KubeletApi = new KubeletServer(() => {
    const running = units.kubelet;
    if (!running)
      throw serviceUnavailable(`Get "https://${ip}:10250/": dial tcp ${ip}:10250: connect: connection refused`);
    return running;
  });
  return Promise.resolve({
    name,
    ip,
    disk: disk.root,
    kubelet,
    tools: () => toolNames,
    runTool: (call) => nodeTools({ ...options, disk, host, units, kubelet }, call),
    async dial(target, port) {
      const address = await activity.track(resolveHost(host, target, (path) => disk.read(path)));
      const connection = await host.dial(address, port);
      return { readable: readableOf(connection.input), writable: writableOf(connection.output) };
    },
    stop() {
      units.stop();
      host.unplug();
      return Promise.resolve();
    },
  });
}
