import { join } from 'node:path';
import type { Client } from '../../lib/cluster/client/client.ts';
import { configmaps } from '../../lib/cluster/schema/generated/resources.ts';
import { apiClient, type ApiClient } from './api-client.ts';
import type { Benchmark } from './index.ts';
import { credentials, inScratch, round, threeNodes } from './measure.ts';
import { addConfigMaps, FEW, growth, MANY } from './scale.ts';

const WATCHERS = 100;
const WRITES = 500;
const NEWLINE = 10;

/** Events that reach watchers over TLS in a second while objects are changed as fast as it goes. */
async function fanOut(api: ApiClient, client: Client): Promise<number> {
  const { metadata } = await client.list(configmaps, { namespace: 'default' });
  const path = `/api/v1/namespaces/default/configmaps?watch=1&timeoutSeconds=600&resourceVersion=${metadata.resourceVersion}`;
  let left = WATCHERS * WRITES;
  let all: () => void = () => undefined;
  const delivered = new Promise<void>((done) => (all = done));
  const onData = (part: Buffer) => {
    for (let at = part.indexOf(NEWLINE); at >= 0; at = part.indexOf(NEWLINE, at + 1)) if (--left === 0) all();
  };
  // They end with the connection.
  for (let i = 0; i < WATCHERS; i++) api.send({ path, onData }).catch(() => undefined);
  await api.send({ path: '/version' });
  const began = performance.now();
  for (let i = 0; i < WRITES; i++) {
    await client.patch(configmaps, 'default', `tide-${i}`, 'merge', { data: { turn: String(began) } });
    // Watchers are served between writes, as between those of other clients.
    await new Promise((done) => setImmediate(done));
  }
  await delivered;
  return (WATCHERS * WRITES * 1000) / (performance.now() - began);
}

/** A hundred watches of one resource, of which there are 1,000 and 10,000 objects. */
export const watchFanOut: Benchmark = {
  name: 'watch-fan-out',
  run: () =>
    inScratch(async (dir) => {
      const cluster = await threeNodes(join(dir, 'cluster'), await credentials(dir, 1));
      const client = cluster.client();
      const measure = async () => {
        const api = await apiClient(cluster);
        const rate = await fanOut(api, client);
        await api.close();
        return rate;
      };
      await addConfigMaps(client, 0, FEW);
      const few = await measure();
      await addConfigMaps(client, FEW, MANY);
      const many = await measure();
      await cluster.stop();
      return [
        { name: 'watch-fan-out-events', value: round(many, 0), unit: '1/s', better: 'higher' },
        growth('watch-fan-out-event', 1 / few, 1 / many),
      ];
    }),
};
