import { join } from 'node:path';
import type { Benchmark } from './index.ts';
import { credentials, heapUsed, inScratch, round, threeNodes } from './measure.ts';
import { addPods, FEW, growth, MANY } from './scale.ts';

const MIB = 1024 * 1024;

/** What a thousand pods take of a worker's memory, caches of controllers included. */
export const podMemory: Benchmark = {
  name: 'pod-memory',
  run: () =>
    inScratch(async (dir) => {
      const cluster = await threeNodes(join(dir, 'cluster'), await credentials(dir, 1));
      const client = cluster.client();
      // What the first pods bring along is compiled code and caches that do not grow.
      await addPods(client, 0, FEW);
      await cluster.settle();
      const at = [await heapUsed()];
      for (const to of [2 * FEW, MANY]) {
        await addPods(client, at.length === 1 ? FEW : 2 * FEW, to);
        await cluster.settle();
        at.push(await heapUsed());
      }
      await cluster.stop();
      const [start = 0, few = 0, many = 0] = at;
      const thousands = (MANY - 2 * FEW) / FEW;
      return [
        { name: 'pod-memory-each-1000', value: round((many - few) / thousands / MIB, 2), unit: 'MiB', better: 'lower' },
        growth('pod-memory', few - start, (many - few) / thousands),
      ];
    }),
};
