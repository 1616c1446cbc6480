import { Activity } from '../kit/activity.ts';
import { systemClock, type Clock } from '../kit/clock.ts';
import { randomInt, secureRandom, seededRandom, uuid, type Random } from '../kit/random.ts';
import { OUTSIDE } from './access/pki.ts';
import { ApiDoor } from './api-door.ts';
import { createClient, createInformerFactory, type Client, type InformerFactory } from './client/index.ts';
import { EtcdData } from './etcd-data.ts';
import { ClusterFolder, type ClusterRecord } from './cluster-folder.ts';
import { ControlPlaneComponents } from './control-plane.ts';
import type { ByteDuplex } from './machinery/kubelet-api.ts';
import { componentUser, MASTERS_GROUP } from './machinery/user.ts';
import { createNetwork, type Network } from './network/network.ts';
import { startNode, type SimulatedNode } from './node/index.ts';
import { PkiPool, type PkiSource } from './pki-pool.ts';
import { profileNamed, profiles, type Profile } from './profiles/index.ts';
import { stamp } from './profiles/stamp.ts';
import { openStore, type JournaledStore } from './store/journal.ts';

export interface ClusterOptions {
  /** `one-node`, `three-node`: a name from `profileNames()`. */
  profile: string;
  /** The cluster's own folder: journal, node disks, keys. Made when absent; with an earlier cluster in it, that one is restored. */
  dir: string;
  clock?: Clock;
  random?: Random;
  /** Where new credentials come from; made on the spot (about half a second) without it. */
  pki?: PkiSource;
}

/** A machine of the cluster. */
export interface ClusterNode {
  name: string;
  ip: string;
  /** Its root disk on the host: `<disk>/etc/kubernetes/manifests/…`. Bind-mounted into the sandbox, read by the kubelet. */
  disk: string;
  controlPlane: boolean;
}

/** A node tool (`crictl`, `systemctl`, `kubeadm` …) called from a sandbox. */
export interface ToolCall {
  node: string;
  /** The program's name and its arguments. */
  argv: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** The uid inside the sandbox: 0 is root. */
  uid: number;
  stdin: ReadableStream<Uint8Array>;
  stdout: WritableStream<Uint8Array>;
  stderr: WritableStream<Uint8Array>;
  tty: boolean;
  signal: AbortSignal;
}

export interface ToolResult {
  exitCode: number;
}

/** A running cluster. */
export interface Cluster {
  readonly profile: string;
  readonly nodes: readonly ClusterNode[];
  /** Milliseconds from the call of `createCluster` until it was there. */
  readonly readyMs: number;
  /** An administrator's kubeconfig that names `server`, e.g. `https://127.0.0.1:6443`. */
  kubeconfig(server: string): string;
  /** Serves the API over TLS on a loopback port (0: any) or a unix socket. */
  listen(at: { port: number } | { socketPath: string }): Promise<{ url: string; close(): Promise<void> }>;
  /** The API as an administrator: for preparing and grading. */
  client(): Client;
  /** Names of the simulated node tools that a sandbox on this node must offer as commands. */
  tools(node: string): readonly string[];
  runTool(call: ToolCall): Promise<ToolResult>;
  /** Opens a connection as a program on `node` would: to a pod, a Service, a node port, another node. */
  dial(node: string, host: string, port: number): Promise<ByteDuplex>;
  /** Resolves when no component has anything left to do until time passes. */
  settle(): Promise<void>;
  /** Stops every component; the folder stays and can be restored. */
  stop(): Promise<void>;
}

const ADMIN = componentUser('kubernetes-admin', MASTERS_GROUP);
/** Who the network plugin is: it reads policies and namespaces everywhere. */
const NETWORK_PLUGIN = componentUser('system:network-plugin', MASTERS_GROUP);
const SERVICE_IP = '10.96.0.1';

export function profileNames(): string[] {
  return profiles.map((p) => p.name);
}

/**
 * Makes a cluster of a profile, or restores the one that lives in the folder. Resolves when all nodes are Ready, or
 * when the machines run and their static pods bring up no API server.
 */
export async function createCluster(options: ClusterOptions): Promise<Cluster> {
  const { clock = systemClock, random = secureRandom } = options;
  const began = clock.now();
  const folder = new ClusterFolder(options.dir);
  const record = folder.read() ?? (await newRecord(options, folder, clock, random));
  const cluster = new RunningCluster(folder, record, clock, random);
  await cluster.start();
  cluster.readyMs = clock.now() - began;
  return cluster;
}

async function newRecord(
  options: ClusterOptions,
  folder: ClusterFolder,
  clock: Clock,
  random: Random,
): Promise<ClusterRecord> {
  const profile = profileNamed(options.profile);
  const pool = options.pki ?? new PkiPool(folder.path, 0, random, clock);
  const record: ClusterRecord = {
    format: 1,
    id: uuid(random),
    profile: profile.name,
    createdAt: clock.now(),
    seed: randomInt(random, 2 ** 32),
    pki: await pool.take(profile),
  };
  folder.create(record, profile);
  return record;
}

class RunningCluster implements Cluster {
  readonly profile: string;
  readonly nodes: readonly ClusterNode[];
  readyMs = 0;
  readonly #profile: Profile;
  readonly #record: ClusterRecord;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #activity = new Activity();
  readonly #store: JournaledStore;
  readonly #etcdData: EtcdData;
  readonly #door: ApiDoor;
  readonly #network: Network;
  readonly #policyInformers: InformerFactory;
  readonly #machines = new Map<string, SimulatedNode>();

  constructor(folder: ClusterFolder, record: ClusterRecord, clock: Clock, random: Random) {
    this.#record = record;
    this.#clock = clock;
    this.#random = random;
    this.#profile = profileNamed(record.profile);
    this.profile = record.profile;
    this.nodes = this.#profile.nodes.map(({ name, ip, controlPlane }) => ({
      name,
      ip,
      controlPlane,
      disk: folder.disk(name),
    }));
    const base = stamp(this.#profile, {
      id: record.id,
      createdAt: record.createdAt,
      random: seededRandom(record.seed),
      pki: record.pki,
    });
    this.#store = openStore({ file: folder.journal, base });
    this.#etcdData = new EtcdData({ store: this.#store, random, folder: folder.path });
    const controlPlane = this.nodes.filter((n) => n.controlPlane);
    this.#door = new ApiDoor({
      addresses: ['127.0.0.1', 'localhost', ...controlPlane.flatMap((n) => [n.ip, n.name])],
      serviceAddress: SERVICE_IP,
      random,
      loopbackPair: {
        cert: record.pki[OUTSIDE]?.['loopback.crt'] ?? '',
        key: record.pki[OUTSIDE]?.['loopback.key'] ?? '',
      },
    });
    this.#policyInformers = createInformerFactory(createClient(this.#door.transportAs(NETWORK_PLUGIN)), {
      clock,
      activity: this.#activity,
    });
    this.#network = createNetwork({ clock, random, informers: this.#policyInformers });
  }

  async start(): Promise<void> {
    const components = new ControlPlaneComponents({
      store: this.#store,
      etcdData: this.#etcdData,
      door: this.#door,
      clock: this.#clock,
      random: this.#random,
      activity: this.#activity,
      mainNode: this.#mainNode().name,
      kubelet: (name) => this.#machines.get(name)?.kubelet,
      dial: (host, port) => this.dial(this.#mainNode().name, host, port),
    });
    for (const { name, ip, disk } of this.nodes) {
      this.#machines.set(
        name,
        await startNode({
          name,
          ip,
          disk,
          hosts: this.nodes,
          network: this.#network,
          connect: this.#door.connect,
          controlPlane: components,
          clock: this.#clock,
          random: this.#random,
          activity: this.#activity,
        }),
      );
    }
    // Whoever broke the API server's manifest or its etcd gets the machines all the same, to mend them.
    await Promise.race([components.whenServing(), this.#activity.idle()]);
  }

  kubeconfig(server: string): string {
    const admin = this.#record.pki[this.#mainNode().name]?.['/etc/kubernetes/admin.conf'] ?? '';
    return admin.replace(/^( *server: ).*$/m, `$1${server}`);
  }

  listen(at: { port: number } | { socketPath: string }): Promise<{ url: string; close(): Promise<void> }> {
    return this.#door.listen(at);
  }

  client(): Client {
    return createClient(this.#door.transportAs(ADMIN));
  }

  tools(node: string): readonly string[] {
    return this.#machine(node).tools();
  }

  runTool({ node, ...call }: ToolCall): Promise<ToolResult> {
    return this.#machine(node).runTool(call);
  }

  dial(node: string, host: string, port: number): Promise<ByteDuplex> {
    return this.#machine(node).dial(host, port);
  }

  settle(): Promise<void> {
    return this.#activity.idle();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#machines.values()].map((m) => m.stop()));
    this.#policyInformers.stop();
    this.#door.close();
    this.#store.close();
  }

  #mainNode(): ClusterNode {
    const main = this.nodes.find((n) => n.controlPlane);
    if (!main) throw new Error(`the profile ${this.profile} has no control-plane node`);
    return main;
  }

  #machine(name: string): SimulatedNode {
    const machine = this.#machines.get(name);
    if (!machine)
      throw new Error(
        `there is no node ${JSON.stringify(name)}; the cluster has ${this.nodes.map((n) => n.name).join(', ')}`,
      );
    return machine;
  }
}
