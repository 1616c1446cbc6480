import { join } from 'node:path';
import { apiClient, type ApiClient } from './api-client.ts';
import type { Benchmark, Figure } from './index.ts';
import { credentials, inScratch, round, threeNodes } from './measure.ts';
import { addPods, FEW, growth, MANY } from './scale.ts';

const ROUNDS = 7;
const FORMATS = {
  json: 'application/json',
  table: 'application/json;as=Table;v=v1;g=meta.k8s.io',
  protobuf: 'application/vnd.kubernetes.protobuf',
} as const;
const NAMES = Object.keys(FORMATS) as (keyof typeof FORMATS)[];

/** Milliseconds of a whole list over TLS: the fastest, as whatever else runs on the machine only adds to it. */
async function list(api: ApiClient, accept: string): Promise<number> {
  const samples: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const began = performance.now();
    await api.send({ path: '/api/v1/namespaces/default/pods', accept });
    samples.push(performance.now() - began);
  }
  return Math.min(...samples);
}

/** All pods of a namespace as clients ask for them, 1,000 and 10,000 of them. */
export const listPods: Benchmark = {
  name: 'list-pods',
  run: () =>
    inScratch(async (dir) => {
      const cluster = await threeNodes(join(dir, 'cluster'), await credentials(dir, 1));
      const api = await apiClient(cluster);
      const measure = async () => {
        const times = new Map<string, number>();
        for (const name of NAMES) times.set(name, await list(api, FORMATS[name]));
        return times;
      };
      await addPods(cluster.client(), 0, FEW);
      const few = await measure();
      await addPods(cluster.client(), FEW, MANY);
      const many = await measure();
      await api.close();
      await cluster.stop();
      const each = MANY / FEW;
      return NAMES.flatMap((name): Figure[] => {
        const [a = 0, b = 0] = [few.get(name), many.get(name)];
        return [
          { name: `list-pods-${name}`, value: round(b), unit: 'ms', better: 'lower' },
          growth(`list-pods-${name}`, a, b / each),
        ];
      });
    }),
};
