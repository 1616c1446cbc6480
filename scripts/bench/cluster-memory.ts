import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster } from '../../lib/cluster/index.ts';
import type { Benchmark } from './index.ts';
import { credentials, inScratch, resident, round, threeNodes } from './measure.ts';

const CLUSTERS = 100;
/** Long enough for several heartbeats of every node. */
const IDLE_MS = 30_000;
const MIB = 1024 * 1024;

/** What each of many idle clusters in one process adds to its resident memory. */
export const clusterMemory: Benchmark = {
  name: 'cluster-memory',
  run: () =>
    inScratch(async (dir) => {
      const pki = await credentials(dir, CLUSTERS + 1);
      const clusters: Cluster[] = [await threeNodes(join(dir, 'first'), pki)];
      const before = await resident();
      for (let i = 0; i < CLUSTERS; i++) clusters.push(await threeNodes(join(dir, String(i)), pki));
      await pause(IDLE_MS);
      const after = await resident();
      for (const cluster of clusters) await cluster.stop();
      return [
        {
          name: 'cluster-memory-each',
          value: round((after - before) / CLUSTERS / MIB, 2),
          unit: 'MiB',
          better: 'lower',
        },
      ];
    }),
};
