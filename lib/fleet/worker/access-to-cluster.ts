import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { resourceOfKind } from '../../cluster/index.ts';
import type { Cluster } from '../../cluster/index.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Hosts } from '../../terminal/index.ts';
import type { ClusterAccess, CommandResult, KubeJson } from '../cluster-access.ts';

const FILE_MAX = 1024 * 1024;
/** As timeout(1) says it. */
const TIMED_OUT = 124;

interface Named {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; resourceVersion?: string; annotations?: Record<string, string> };
}

const reasonOf = (err: unknown): string | undefined => (err as { status?: { reason?: string } } | null)?.status?.reason;
const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** What preparing and grading may do, for a running cluster and its hosts; as its administrator. */
export function accessToCluster(cluster: Cluster, hosts: Hosts, clock: Clock): ClusterAccess {
  const client = cluster.client();

  async function resourceOf(object: { apiVersion: string; kind: string }) {
    const resource = await resourceOfKind(client, object.apiVersion, object.kind);
    if (!resource) throw new RangeError(`the cluster does not serve ${object.kind} of ${object.apiVersion}`);
    return resource;
  }

  async function run(
    host: string,
    script: string,
    options: { user: string; timeoutMs: number },
  ): Promise<CommandResult> {
    const limit = new AbortController();
    const timer = clock.after(options.timeoutMs, () => limit.abort());
    // By stdin a script of any length fits; bash itself reads nothing more from there.
    const argv = ['bash', '-c', 'eval "$(cat)" < /dev/null'];
    const account = options.user === 'root' ? 'root' : 'candidate';
    const result = await hosts.run(host, { account, argv, input: script, signal: limit.signal });
    timer.cancel();
    return limit.signal.aborted ? { ...result, exitCode: TIMED_OUT } : result;
  }

  return {
    nodes: cluster.nodes.map((n) => n.name),

    async get({ apiVersion, kind, namespace, name }) {
      const resource = await resourceOfKind(client, apiVersion, kind);
      if (!resource) return undefined;
      try {
        return (await client.get(resource, namespace ?? '', name)) as unknown as KubeJson;
      } catch (err) {
        if (reasonOf(err) === 'NotFound') return undefined;
        throw err;
      }
    },

    async list({ apiVersion, kind, namespace, labelSelector }) {
      const resource = await resourceOfKind(client, apiVersion, kind);
      if (!resource) return [];
      const { items } = await client.list(resource, { namespace, labelSelector });
      return items as unknown as KubeJson[];
    },

    async put(json) {
      const object = json as unknown as Named;
      const resource = await resourceOf(object);
      const namespace = resource.namespaced ? (object.metadata.namespace ?? 'default') : '';
      const placed = namespace ? { ...object, metadata: { ...object.metadata, namespace } } : object;
      try {
        return (await client.create(resource, placed, { fieldManager: 'kubectl-create' })) as unknown as KubeJson;
      } catch (err) {
        if (reasonOf(err) !== 'AlreadyExists') throw err;
      }
      const there = await client.get(resource, namespace, object.metadata.name);
      const metadata = {
        ...there.metadata,
        ...placed.metadata,
        // Controllers keep theirs here, a Deployment its revision.
        annotations: { ...there.metadata.annotations, ...placed.metadata.annotations },
        resourceVersion: there.metadata.resourceVersion,
      };
      const options = { fieldManager: 'kubectl-replace' };
      return (await client.update(resource, { ...placed, metadata }, options)) as unknown as KubeJson;
    },

    async ask(json) {
      const object = { metadata: { name: '' }, ...json } as unknown as Named;
      return (await client.create(await resourceOf(object), object)) as unknown as KubeJson;
    },

    async readFile(node, path) {
      // Through the sandbox, whose root is the node's disk: a link that a learner made cannot lead out of it.
      const file = quote(path);
      const script = `[ -f ${file} ] || exit 44; head -c ${FILE_MAX} -- ${file}`;
      const result = await run(node, script, { user: 'root', timeoutMs: 10_000 });
      if (result.exitCode === 44) return undefined;
      if (result.exitCode !== 0) throw new Error(`${node}:${path}: ${result.stderr.trim()}`);
      return result.stdout;
    },

    async writeFile(node, path, content, mode) {
      const disk = cluster.nodes.find((n) => n.name === node)?.disk;
      if (disk === undefined) throw new RangeError(`the cluster has no node ${node}`);
      const target = join(disk, normalize(join('/', path)));
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, content);
      await chmod(target, mode);
    },

    run,
    settle: () => cluster.settle(),
    pause: (ms) => new Promise((done) => void clock.after(ms, done)),
  };
}
