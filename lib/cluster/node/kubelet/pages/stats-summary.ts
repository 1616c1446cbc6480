import { formatTime } from '../../../machinery/object.ts';
import type { NodeUsage } from '../../../machinery/kubelet-api.ts';
import type { Kubelet } from '../kubelet.ts';

const MEMORY = 24_684_084 * 1024;
const DISK = 264_212_084 * 1024;
const DISK_USED = 41_000_000_000;
const INODES = 16_777_216;

/** `/stats/summary`: usage of the node, its pods and their containers. */
export function statsSummary(kubelet: Kubelet, usage: NodeUsage): object {
  const { clock, node } = kubelet.options;
  const time = formatTime(clock.now());
  const uptime = (clock.now() - kubelet.startedAt) / 1000;
  const cpu = (nanoCores: number) => ({
    time,
    usageNanoCores: nanoCores,
    usageCoreNanoSeconds: Math.round(nanoCores * uptime),
  });
  const memory = (bytes: number, available?: number) => ({
    time,
    ...(available === undefined ? {} : { availableBytes: available }),
    usageBytes: bytes,
    workingSetBytes: bytes,
    rssBytes: Math.round(bytes * 0.8),
    pageFaults: 0,
    majorPageFaults: 0,
  });
  const swap = { time, swapAvailableBytes: 0, swapUsageBytes: 0 };
  const files = (used: number) => ({
    time,
    availableBytes: DISK - DISK_USED,
    capacityBytes: DISK,
    usedBytes: used,
    inodesFree: INODES - 400_000,
    inodes: INODES,
    inodesUsed: 400_000,
  });
  const interfaces = { time, name: 'eth0', rxBytes: 0, rxErrors: 0, txBytes: 0, txErrors: 0 };
  const network = { ...interfaces, interfaces: [interfaces] };
  const io = { time };
  return {
    node: {
      nodeName: node,
      systemContainers: ['kubelet', 'pods'].map((name) => ({ name, startTime: time, cpu: cpu(0), memory: memory(0) })),
      startTime: formatTime(kubelet.startedAt),
      cpu: cpu(usage.cpu),
      memory: memory(usage.memory, MEMORY - usage.memory),
      io,
      network,
      fs: files(DISK_USED),
      runtime: { imageFs: files(DISK_USED / 4), containerFs: files(DISK_USED / 4) },
      rlimit: { time, maxpid: 4_194_304, curproc: 400 },
      swap,
    },
    pods: usage.pods.map(({ namespace, name, containers }) => {
      const worker = kubelet.worker({ namespace, name });
      return {
        podRef: { name, namespace, uid: worker?.uid ?? '' },
        startTime: formatTime(worker?.startTime ?? clock.now()),
        containers: containers.map((c) => ({
          name: c.name,
          startTime: formatTime(worker?.record(c.name)?.startedAt ?? clock.now()),
          cpu: cpu(c.cpu),
          memory: memory(c.memory),
          io,
          rootfs: files(24_576),
          logs: files(4_096),
          swap,
        })),
        cpu: cpu(containers.reduce((sum, c) => sum + c.cpu, 0)),
        io,
        memory: memory(containers.reduce((sum, c) => sum + c.memory, 0)),
        network,
        'ephemeral-storage': files(28_672),
        process_stats: { process_count: containers.length },
        swap,
      };
    }),
  };
}
