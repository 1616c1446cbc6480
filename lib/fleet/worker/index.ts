/** The worker's side of the fleet: clusters, terminals and the server that the web process talks to. */
import { join } from 'node:path';
import { PkiPool, createCluster } from '../../cluster/index.ts';
import type { Clock } from '../../kit/clock.ts';
import { WORKER_READY } from '../protocol.ts';
import { accessToCluster } from './access-to-cluster.ts';
import { TaskClusters } from './task-clusters.ts';
import type { Proctor } from './task-clusters.ts';
import { attemptFolder } from './task-folder.ts';
import { taskHosts } from './task-hosts.ts';
import { Terminals } from './terminals.ts';
import { createWorkerServer } from './worker-server.ts';

export { accessToCluster } from './access-to-cluster.ts';
export { taskHosts } from './task-hosts.ts';

/** Credentials made ahead, so that a class that starts together does not wait for keys. */
const READY_CREDENTIALS = 10;

export interface WorkerOptions {
  dataDir: string;
  socketPath: string;
  clock: Clock;
  proctor: Proctor;
}

/** Starts a worker in this process and tells its parent when it listens. */
export async function startWorker({
  dataDir,
  socketPath,
  clock,
  proctor,
}: WorkerOptions): Promise<{ stop(): Promise<void> }> {
  const pki = new PkiPool(join(dataDir, 'pki'), READY_CREDENTIALS);
  const clusters = new TaskClusters({
    dataDir,
    clock,
    proctor,
    createCluster: async (options) => {
      const cluster = await createCluster({ ...options, clock, pki });
      void pki.fill(options.profile);
      return cluster;
    },
    hostsOf: ({ attempt }, cluster) => taskHosts(cluster, join(attemptFolder(dataDir, attempt), 'base'), clock),
    accessTo: (cluster, hosts) => accessToCluster(cluster, hosts, clock),
    onIdle: (task) => terminals.suspendTask(task),
  });
  const terminals = new Terminals({ dataDir, clusters, clock });
  const server = createWorkerServer({ dataDir, clusters, terminals, proctor });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(socketPath, listening);
  });
  process.send?.(WORKER_READY);
  return {
    async stop() {
      server.close();
      terminals.stop();
      await clusters.stop();
      pki.stop();
    },
  };
}
