import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster } from '../../lib/cluster/index.ts';
import type { Benchmark } from './index.ts';
import { credentials, inScratch, round, threeNodes } from './measure.ts';

const CLUSTERS = 50;
/** What a new cluster still does at its start, and the compiling of what it does again and again. */
const WARM_UP_MS = 20_000;
/** Several heartbeats of every node. */
const IDLE_MS = 30_000;

/** What an idle cluster among others in one process takes of a core. */
export const clusterIdle: Benchmark = {
  name: 'cluster-idle',
  run: () =>
    inScratch(async (dir) => {
      const pki = await credentials(dir, CLUSTERS);
      const clusters: Cluster[] = [];
      for (let i = 0; i < CLUSTERS; i++) clusters.push(await threeNodes(join(dir, String(i)), pki));
      await pause(WARM_UP_MS);
      const before = process.cpuUsage();
      await pause(IDLE_MS);
      const { user, system } = process.cpuUsage(before);
      for (const cluster of clusters) await cluster.stop();
      const share = (user + system) / 1000 / IDLE_MS / CLUSTERS;
      return [{ name: 'cluster-idle-cpu-each', value: round(100 * share, 4), unit: '% of a core', better: 'lower' }];
    }),
};
