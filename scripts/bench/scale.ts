import type { Client } from '../../lib/cluster/client/client.ts';
import { configmaps, pods } from '../../lib/cluster/schema/generated/resources.ts';
import type { ConfigMap, Pod } from '../../lib/cluster/schema/generated/types.ts';
import type { Figure } from './index.ts';
import { round } from './measure.ts';

/** How many objects there are, once and then ten times as many. */
export const FEW = 1_000;
export const MANY = 10_000;

/** A pod as people write them; nobody schedules it, so that only the API server has work with it. */
const pod = (i: number): Pod => ({
  metadata: { name: `web-${i}`, namespace: 'default', labels: { app: `web-${i % 100}`, tier: 'front' } },
  spec: {
    schedulerName: 'nobody',
    containers: [
      {
        name: 'web',
        image: 'nginx:1.27',
        ports: [{ containerPort: 80 }],
        env: [{ name: 'TIDE', value: 'high' }],
        resources: { requests: { cpu: '10m', memory: '16Mi' } },
      },
    ],
  },
});

export const configMap = (name: string): ConfigMap => ({
  metadata: { name, namespace: 'default' },
  data: { tide: 'high' },
});

/** Makes pods `web-<from>` to `web-<to - 1>`. */
export async function addPods(client: Client, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i++) await client.create(pods, pod(i));
}

/** Makes ConfigMaps `tide-<from>` to `tide-<to - 1>`. */
export async function addConfigMaps(client: Client, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i++) await client.create(configmaps, configMap(`tide-${i}`));
}

/** What one thing costs among many objects by what it costs among few: 1 is linear, or constant where it should be. */
export const growth = (name: string, few: number, many: number): Figure => ({
  name: `${name}-growth`,
  value: round(many / few, 2),
  unit: 'times',
  better: 'lower',
});
