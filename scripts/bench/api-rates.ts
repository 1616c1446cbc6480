import { connect, type ClientHttp2Session } from 'node:http2';
import { join } from 'node:path';
import type { Benchmark, Figure } from './index.ts';
import { adminTls } from './cluster-ready.ts';
import { credentials, inScratch, round, threeNodes } from './measure.ts';
import { configmaps } from '../../lib/cluster/schema/generated/resources.ts';

const SECONDS = 3;
/** Requests under way at once over TLS. */
const PARALLEL = 16;

const configMap = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data: { tide: 'high' },
});

/** Calls `once` for some seconds, `lanes` at a time; how often a second it succeeded. */
async function rate(lanes: number, once: (i: number) => Promise<unknown>): Promise<number> {
  const end = performance.now() + SECONDS * 1000;
  let done = 0;
  const lane = async () => {
    while (performance.now() < end) await once(done++);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return round(done / SECONDS, 0);
}

function send(session: ClientHttp2Session, method: string, path: string, body?: object): Promise<void> {
  return new Promise((done, fail) => {
    const stream = session.request({ ':method': method, ':path': path, 'content-type': 'application/json' });
    stream.on('response', (headers) => {
      const status = Number(headers[':status']);
      if (status >= 300) fail(new Error(`${method} ${path} answered ${status}`));
    });
    stream.on('error', fail);
    stream.on('end', done);
    stream.resume();
    stream.end(body ? JSON.stringify(body) : undefined);
  });
}

/** Reads and writes of small objects a second: inside the process, and over TLS as clients come. */
export const apiRates: Benchmark = {
  name: 'api-rates',
  run: () =>
    inScratch(async (dir) => {
      const cluster = await threeNodes(join(dir, 'cluster'), await credentials(dir, 1));
      const client = cluster.client();
      await client.create(configmaps, configMap('first'));
      const inside = {
        reads: await rate(1, () => client.get(configmaps, 'default', 'first')),
        writes: await rate(1, (i) => client.create(configmaps, configMap(`in-${i}`))),
      };
      const { url } = await cluster.listen({ port: 0 });
      const session = connect(url, adminTls(cluster, url));
      const path = '/api/v1/namespaces/default/configmaps';
      const tls = {
        reads: await rate(PARALLEL, () => send(session, 'GET', `${path}/first`)),
        writes: await rate(PARALLEL, (i) => send(session, 'POST', path, configMap(`tls-${i}`))),
      };
      session.close();
      await cluster.stop();
      const figure = (name: string, value: number): Figure => ({ name, value, unit: '1/s', better: 'higher' });
      return [
        figure('api-reads-in-process', inside.reads),
        figure('api-writes-in-process', inside.writes),
        figure('api-reads-tls', tls.reads),
        figure('api-writes-tls', tls.writes),
      ];
    }),
};
