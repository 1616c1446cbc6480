import { join } from 'node:path';
import type { Client } from '../../lib/cluster/client/client.ts';
import { configmaps } from '../../lib/cluster/schema/generated/resources.ts';
import { apiClient, type ApiClient } from './api-client.ts';
import type { Benchmark, Figure } from './index.ts';
import { credentials, inScratch, round, threeNodes } from './measure.ts';
import { addConfigMaps, configMap, FEW, growth, MANY } from './scale.ts';

const SECONDS = 3;
/** Requests under way at once over TLS. */
const PARALLEL = 16;
const PATH = '/api/v1/namespaces/default/configmaps';

/** Calls `once` for some seconds, `lanes` at a time; how often a second it succeeded. */
async function rate(lanes: number, once: (i: number) => Promise<unknown>): Promise<number> {
  const end = performance.now() + SECONDS * 1000;
  let done = 0;
  const lane = async () => {
    while (performance.now() < end) await once(done++);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return done / SECONDS;
}

/** Reads and writes of single objects beside `count` others; what is written replaces one of them, so that it stays so many. */
async function rates(client: Client, api: ApiClient, count: number): Promise<Map<string, number>> {
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
      return [...few].flatMap(([name, value]): Figure[] => [
        { name, value: round(value, 0), unit: '1/s', better: 'higher' },
        growth(name, 1 / value, 1 / (many.get(name) ?? 0)),
      ]);
    }),
};
