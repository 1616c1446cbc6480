import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../../lib/kit/clock.ts';
import { Hosts, Terminal } from '../../lib/terminal/index.ts';
import type { Benchmark } from './index.ts';
import { credentials, inScratch, quantile, round, threeNodes } from './measure.ts';

const BUSY = 20;
const KEYS = 100;
const BETWEEN_MS = 50;

/** From a key's arrival to its echo in the viewer, while twenty other terminals print without end. */
export const keystrokeEcho: Benchmark = {
  name: 'keystroke-echo',
  run: () =>
    inScratch(async (dir) => {
      const cluster = await threeNodes(join(dir, 'cluster'), await credentials(dir, 1));
      const hosts = new Hosts({
        clock: systemClock,
        find: (name) => {
          const node = cluster.nodes.find((n) => n.name === name);
          return Promise.resolve(node && { name, disk: node.disk, node: { cluster, name } });
        },
      });
      const node = cluster.nodes[0]?.name ?? '';
      const open = (name: string) => new Terminal({ hosts, host: node, file: join(dir, name), clock: systemClock });
      const terminals = Array.from({ length: BUSY }, (_, i) => open(`busy-${i}`));
      const quiet = open('quiet');
      let echoed: () => void = () => undefined;
      const views = terminals.map((t) => t.attach({ show: () => undefined, backlog: () => 0 }));
      const view = quiet.attach({ show: () => echoed(), backlog: () => 0 });
      await pause(2000);
      for (const busy of views) busy.input('while :; do date; done\n');
      await pause(2000);
      const samples: number[] = [];
      for (let i = 0; i < KEYS; i++) {
        const began = performance.now();
        const echo = new Promise<void>((done) => (echoed = done));
        view.input('x');
        await echo;
        samples.push(performance.now() - began);
        await pause(BETWEEN_MS);
      }
      for (const t of [...terminals, quiet]) t.dispose();
      await hosts.dispose();
      await cluster.stop();
      return [{ name: 'keystroke-echo-p95', value: round(quantile(samples, 0.95)), unit: 'ms', better: 'lower' }];
    }),
};
