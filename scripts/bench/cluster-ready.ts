import { request } from 'node:https';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Cluster } from '../../lib/cluster/index.ts';
import type { Benchmark } from './index.ts';
import { credentials, inScratch, quantile, round, threeNodes } from './measure.ts';

const CLUSTERS = 50;

interface Kubeconfig {
  clusters: { cluster: Record<string, string> }[];
  users: { user: Record<string, string> }[];
}

/** TLS options of a cluster's administrator. */
export function adminTls(cluster: Cluster, url: string): { ca: Buffer; cert: Buffer; key: Buffer } {
  const config = parse(cluster.kubeconfig(url)) as Kubeconfig;
  const decode = (text: string | undefined) => Buffer.from(text ?? '', 'base64');
  const user = config.users[0]?.user ?? {};
  return {
    ca: decode(config.clusters[0]?.cluster['certificate-authority-data']),
    cert: decode(user['client-certificate-data']),
    key: decode(user['client-key-data']),
  };
}

interface NodeList {
  items: { status: { conditions: { type: string; status: string }[] } }[];
}

/** GET /api/v1/nodes over TLS with a client certificate, as kubectl asks. */
function getNodes(cluster: Cluster, url: string): Promise<NodeList> {
  return new Promise((done, fail) => {
    const asked = request(`${url}/api/v1/nodes`, { ...adminTls(cluster, url), agent: false }, (answer) => {
      let text = '';
      answer.on('data', (part: Buffer) => (text += part.toString()));
      answer.on('end', () => done(JSON.parse(text) as NodeList));
    });
    asked.on('error', fail);
    asked.end();
  });
}

/** From the call that makes a cluster to its first answer over TLS that shows every node Ready. */
export const clusterReady: Benchmark = {
  name: 'cluster-ready',
  run: () =>
    inScratch(async (dir) => {
      const pki = await credentials(dir, CLUSTERS + 1);
      const samples: number[] = [];
      for (let i = 0; i <= CLUSTERS; i++) {
        const began = performance.now();
        const cluster = await threeNodes(join(dir, String(i)), pki);
        const listening = await cluster.listen({ port: 0 });
        const { items } = await getNodes(cluster, listening.url);
        const took = performance.now() - began;
        const ready = items.filter((n) => n.status.conditions.some((c) => c.type === 'Ready' && c.status === 'True'));
        if (ready.length !== 3) throw new Error(`${ready.length} of 3 nodes are Ready`);
        // The first also loads the schemas and the profile, once for each process.
        if (i > 0) samples.push(took);
        await listening.close();
        await cluster.stop();
      }
      return [
        { name: 'cluster-ready-median', value: round(quantile(samples, 0.5)), unit: 'ms', better: 'lower' },
        { name: 'cluster-ready-p95', value: round(quantile(samples, 0.95)), unit: 'ms', better: 'lower' },
      ];
    }),
};
