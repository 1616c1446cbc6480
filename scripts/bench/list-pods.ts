import { join } from 'node:path';
import { apiClient, type ApiClient } from './api-client.ts';
import type { Benchmark, Figure } from './index.ts';
import { credentials, inScratch, round, threeNodes } from './measure.ts';
import { addPods, FEW, growth, MANY } from './scale.ts';

const ROUNDS = 9;
const FORMATS = {
  json: 'application/json',
  table: 'application/json;as=Table;v=v1;g=meta.k8s.io',
  protobuf: 'application/vnd.kubernetes.protobuf',
} as const;
const NAMES = Object.keys(FORMATS) as (keyof typeof FORMATS)[];

/** kubectl asks for so many at a time. */
const PAGE = 500;
const PATH = '/api/v1/namespaces/default/pods';

const whole = (api: ApiClient, accept: string) => api.send({ path: PATH, accept });

/** Page by page, as `kubectl get pods` does. */
async function pages(api: ApiClient): Promise<void> {
  for (let next: string | undefined = ''; next !== undefined;) {
    const parts: Buffer[] = [];
    const path = `${PATH}?limit=${PAGE}${next && `&continue=${encodeURIComponent(next)}`}`;
    await api.send({ path, accept: FORMATS.table, onData: (part) => parts.push(part) });
    // The metadata stands before the rows.
    next = /"continue":"([^"]+)"/.exec(parts[0]?.toString() ?? '')?.[1];
  }
}

interface Time {
  /** Milliseconds until the whole list is there. */
  wall: number;
  /** Milliseconds of this process' own time. */
  cpu: number;
}

/** The least of several times: whatever else runs on the machine only adds to it. */
async function time(list: () => Promise<unknown>): Promise<Time> {
  const samples: Time[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const began = performance.now();
    const before = process.cpuUsage();
    await list();
    const { user, system } = process.cpuUsage(before);
    samples.push({ wall: performance.now() - began, cpu: (user + system) / 1000 });
  }
  return { wall: Math.min(...samples.map((s) => s.wall)), cpu: Math.min(...samples.map((s) => s.cpu)) };
}

/** All pods of a namespace as clients ask for them, 1,000 and 10,000 of them. */
export const listPods: Benchmark = {
  name: 'list-pods',
  run: () =>
    inScratch(async (dir) => {
      const cluster = await threeNodes(join(dir, 'cluster'), await credentials(dir, 1));
      const api = await apiClient(cluster);
      const measure = async () => {
        const times = new Map<string, Time>();
        for (const name of NAMES) times.set(name, await time(() => whole(api, FORMATS[name])));
        times.set('pages', await time(() => pages(api)));
        return times;
      };
      await addPods(cluster.client(), 0, FEW);
      const few = await measure();
      await addPods(cluster.client(), FEW, MANY);
      const many = await measure();
      await api.close();
      await cluster.stop();
      const each = MANY / FEW;
      return [...many].flatMap(([name, { wall, cpu }]): Figure[] => [
        { name: `list-pods-${name}`, value: round(wall), unit: 'ms', better: 'lower' },
        growth(`list-pods-${name}`, few.get(name)?.cpu ?? 0, cpu / each),
      ]);
    }),
};
