import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CoreV1Api, KubeConfig, type V1Container } from '@kubernetes/client-node';
import { createCluster, PkiPool, type Cluster } from '../../lib/cluster/index.ts';
import { projectPath } from '../../lib/kit/project-file.ts';

/** A cluster in this process that listens on loopback, for clients that nobody here wrote. */
export interface ServedCluster {
  cluster: Cluster;
  dir: string;
  /** A file with an administrator's kubeconfig. */
  kubeconfig: string;
  config: KubeConfig;
  close(): Promise<void>;
}

export async function serveCluster(): Promise<ServedCluster> {
  const dir = mkdtempSync(join(tmpdir(), 'drydock-clients-'));
  const pki = new PkiPool(projectPath('build/pki'), 2);
  const cluster = await createCluster({ profile: 'three-node', dir: join(dir, 'cluster'), pki });
  const listening = await cluster.listen({ port: 0 });
  const kubeconfig = join(dir, 'kubeconfig');
  const text = cluster.kubeconfig(listening.url);
  writeFileSync(kubeconfig, text, { mode: 0o600 });
  const config = new KubeConfig();
  config.loadFromString(text);
  return {
    cluster,
    dir,
    kubeconfig,
    config,
    async close() {
      pki.stop();
      await listening.close();
      await cluster.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const PATIENCE_MS = 60_000;
const POLL_MS = 100;

/** Asks until the answer is something; what is asked may fail meanwhile. */
export async function eventually<T>(ask: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (let last: unknown; ;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (err) {
      last = err;
    }
    if (performance.now() > end) throw new Error('it did not happen in time', { cause: last });
    await pause(POLL_MS);
  }
}

/** Makes a pod of one container and waits until it is ready. */
export async function runPod(config: KubeConfig, name: string, container: Omit<V1Container, 'name'>): Promise<void> {
  const core = config.makeApiClient(CoreV1Api);
  await core.createNamespacedPod({
    namespace: 'default',
    body: {
      metadata: { name, labels: { app: name } },
      spec: { containers: [{ name: 'main', ...container }], terminationGracePeriodSeconds: 0 },
    },
  });
  await eventually(async () => {
    const { status } = await core.readNamespacedPod({ namespace: 'default', name });
    return status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True');
  });
}
