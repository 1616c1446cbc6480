import type { Clock, Timer } from '../../kit/clock.ts';
import type { Cluster } from '../../cluster/index.ts';
import type { Dial } from './tcp-stack.ts';

/** Where components of a node listen: API, etcd, kubelet, kube-proxy, controller manager, scheduler. */
const COMPONENT_PORTS = [6443, 2379, 2380, 2381, 10248, 10249, 10250, 10256, 10257, 10259];

const POLL_MS = 1000;
/** A port that takes longer to answer is no refusal: its connections hang, here as there. */
const ANSWER_MS = 300;
/** How long a host's first command waits for a cluster that is busy. */
const SETTLE_MS = 1000;
/** Polls after the last sign of life of the host's user. */
const POLLS_WHEN_IDLE = 30;

const SERVICES = { group: '', version: 'v1', resource: 'services', kind: 'Service', namespaced: true } as const;
const PODS = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true } as const;

interface PortsOfService {
  spec?: { ports?: { nodePort?: number }[] };
}

interface PortsOfPod {
  spec?: {
    nodeName?: string;
    hostNetwork?: boolean;
    containers?: { ports?: { containerPort: number; hostPort?: number }[] }[];
  };
}

/**
 * Which ports of a node are open on its own addresses. Loopback belongs to the sandbox's kernel, so for these ports the
 * sandbox itself must listen, and must not when nobody answers: a client has to be refused. Looks about once a second
 * while somebody works on the host, and not at all otherwise.
 */
export class LocalPorts {
  readonly #cluster: Cluster;
  readonly #node: string;
  readonly #clock: Clock;
  readonly #dial: Dial;
  readonly #open = new Set<string>();
  readonly #followers = new Set<(line: string) => void>();
  /** Followers that have not been told that all ports are looked at. */
  readonly #waiting = new Set<(line: string) => void>();
  #polls = 0;
  #timer: Timer | undefined;
  #looking = false;
  #stopped = false;

  constructor({ cluster, node, clock, dial }: { cluster: Cluster; node: string; clock: Clock; dial: Dial }) {
    this.#cluster = cluster;
    this.#node = node;
    this.#clock = clock;
    this.#dial = dial;
  }

  /**
   * Tells `send` of every open port now, and then of each change: `listen ADDRESS PORT\n`, `close ADDRESS PORT\n`. Once
   * all ports have been looked at it says `ready\n`: the host's first command must not be refused by its own API server.
   */
  follow(send: (line: string) => void): void {
    this.#followers.add(send);
    this.#waiting.add(send);
    for (const place of this.#open) send(`listen ${place}\n`);
    this.wake();
  }

  wake(): void {
    this.#polls = POLLS_WHEN_IDLE;
    if (!this.#timer && !this.#looking) void this.#look();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  async #look(): Promise<void> {
    this.#looking = true;
    if (this.#waiting.size > 0) await this.#whenSettled();
    const ip = this.#cluster.nodes.find((n) => n.name === this.#node)?.ip;
    const ports = [...COMPONENT_PORTS, ...(await this.#publishedPorts())];
    const addresses = ['127.0.0.1', ...(ip === undefined ? [] : [ip])];
    await Promise.all([...new Set(ports)].flatMap((port) => addresses.map((address) => this.#check(address, port))));
    for (const place of this.#open) if (!ports.includes(Number(place.split(' ')[1]))) this.#set(place, false);
    for (const send of this.#waiting) send('ready\n');
    this.#waiting.clear();
    this.#looking = false;
    this.#polls -= 1;
    if (this.#stopped || this.#polls <= 0) return;
    this.#timer = this.#clock.after(POLL_MS, () => {
      this.#timer = undefined;
      void this.#look();
    });
  }

  /** Waits, but not for long, for what is still starting on the node: it will listen in a moment. */
  #whenSettled(): Promise<void> {
    return new Promise((resolve) => {
      const late = this.#clock.after(SETTLE_MS, resolve);
      void this.#cluster.settle().then(() => {
        late.cancel();
        resolve();
      });
    });
  }

  /** Node ports, and ports of pods that share the node's network; the last known ones while the API is away. */
  async #publishedPorts(): Promise<number[]> {
    try {
      const client = this.#cluster.client();
      const [services, pods] = await Promise.all([client.list(SERVICES), client.list(PODS)]);
      const nodePorts = services.items.flatMap((s) => (s as PortsOfService).spec?.ports?.map((p) => p.nodePort) ?? []);
      const hostPorts = pods.items.flatMap((item) => {
        const { spec } = item as PortsOfPod;
        if (spec?.nodeName !== this.#node) return [];
        const declared = spec.containers?.flatMap((c) => c.ports ?? []) ?? [];
        return declared.map((p) => (spec.hostNetwork ? p.containerPort : p.hostPort));
      });
      return [...nodePorts, ...hostPorts].filter((p) => p !== undefined);
    } catch {
      return [...this.#open].map((place) => Number(place.split(' ')[1]));
    }
  }

  async #check(address: string, port: number): Promise<void> {
    const answer = this.#dial(address, port).then(
      ({ readable, writable }) => {
        readable.cancel().catch(() => undefined);
        writable.abort().catch(() => undefined);
        return true;
      },
      () => false,
    );
    const slow = new Promise<boolean>((resolve) => this.#clock.after(ANSWER_MS, () => resolve(true)));
    this.#set(`${address} ${port}`, await Promise.race([answer, slow]));
  }

  #set(place: string, open: boolean): void {
    if (this.#open.has(place) === open) return;
    if (open) this.#open.add(place);
    else this.#open.delete(place);
    for (const send of this.#followers) send(`${open ? 'listen' : 'close'} ${place}\n`);
  }
}
