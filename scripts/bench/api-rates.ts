import { join } from 'node:path';
import type { Client } from '../../lib/cluster/client/client.ts';
import { configmaps } from '../../lib/cluster/schema/generated/resources.ts';
import { apiClient, type ApiClient } from './api-client.ts';
import type { Benchmark, Figure } from './index.ts';
import { credentials, inScratch, round, threeNodes } from './measure.ts';
import { addConfigMaps, configMap, FEW, growth, MANY } from './scale.ts';

const SECONDS = 3;
/** Until what is called again and again has been compiled. */
const WARM_UP_SECONDS = 2;
/** Requests under way at once over TLS. */
const PARALLEL = 16;
const PATH = '/api/v1/namespaces/default/configmaps';

interface Rate {
  perSecond: number;
  /** Microseconds of this process' own time for each: what else runs on the machine hardly changes it. */
  cost: number;
}

/** Calls `once` for some seconds, `lanes` at a time; how often. */
async function repeat(lanes: number, seconds: number, once: (i: number) => Promise<unknown>): Promise<number> {
  const end = performance.now() + seconds * 1000;
  let done = 0;
  const lane = async () => {
    while (performance.now() < end) await once(done++);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return done;
}

async function rate(lanes: number, once: (i: number) => Promise<unknown>): Promise<Rate> {
  await repeat(lanes, WARM_UP_SECONDS, once);
  const before = process.cpuUsage();
  const done = await repeat(lanes, SECONDS, once);
  const { user, system } = process.cpuUsage(before);
  return { perSecond: done / SECONDS, cost: (user + system) / done };
}

/** Reads and writes of single objects beside `count` others; what is written replaces one of them, so that it stays so many. */
async function rates(client: Client, api: ApiClient, count: number): Promise<Map<string, Rate>> {
  const name = (i: number) => `tide-${(i * 7919) % count}`;
  const write = (i: number) => ({ ...configMap(name(i)), data: { turn: String(i) } });
  const body = (i: number) => ({ apiVersion: 'v1', kind: 'ConfigMap', ...write(i) });
  const update = (i: number) => client.update(configmaps, write(i));
  return new Map([
    ['api-reads-in-process', await rate(1, (i) => client.get(configmaps, 'default', name(i)))],
    ['api-writes-in-process', await rate(1, update)],
    ['api-reads-tls', await rate(PARALLEL, (i) => api.send({ path: `${PATH}/${name(i)}` }))],
    [
      'api-writes-tls',
      await rate(PARALLEL, (i) => api.send({ method: 'PUT', path: `${PATH}/${name(i)}`, body: body(i) })),
    ],
  ]);
}

/** Reads and writes of small objects a second, inside the process and over TLS as clients come; beside 1,000 and 10,000 others. */
export const apiRates: Benchmark = {
  name: 'api-rates',
  run: () =>
    inScratch(async (dir) => {
      const cluster = await threeNodes(join(dir, 'cluster'), await credentials(dir, 1));
      const client = cluster.client();
      const api = await apiClient(cluster);
      await addConfigMaps(client, 0, FEW);
      const few = await rates(client, api, FEW);
      await addConfigMaps(client, FEW, MANY);
      const many = await rates(client, api, MANY);
      await api.close();
      await cluster.stop();
      return [...few].flatMap(([name, { perSecond, cost }]): Figure[] => [
        { name, value: round(perSecond, 0), unit: '1/s', better: 'higher' },
        growth(name, cost, many.get(name)?.cost ?? 0),
      ]);
    }),
};
