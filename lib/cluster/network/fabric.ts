import type { Clock } from '../../kit/clock.ts';
import { AddressPool, inCidr, isLoopback } from './addresses.ts';
import { BytePipe } from './byte-pipe.ts';
import { NetError } from './net-error.ts';
import type { HostNetwork, HostPort, Network, NetworkOptions, PodNetwork } from './network.ts';
import { PolicyEnforcer, type Party } from './policy.ts';
import type { ServiceRules } from './service-rules.ts';
import type { Connection, DialOptions, Listener, ListenOptions, NetStack, PodEndpoint, Protocol } from './stack.ts';

/** How long the kernel resends SYNs before connect() fails. */
const CONNECT_TIMEOUT = 127_000;
/** How long until an address on the local network that does not answer to ARP is given up. */
const ARP_TIMEOUT = 3_000;

type Target = { namespace: Namespace; port: number; source: string } | 'refuse' | 'drop' | 'unreachable';

/** The in-process network: all namespaces by address, and the way of a connection between them. */
export class Fabric implements Network {
  readonly clock: Clock;
  readonly #hosts = new Map<string, Host>();
  readonly #byAddress = new Map<string, Namespace>();
  readonly #policies: PolicyEnforcer | undefined;

  constructor(options: NetworkOptions) {
    this.clock = options.clock;
    this.#policies = options.informers ? new PolicyEnforcer(options.informers) : undefined;
  }

  addHost(name: string, ip: string): HostNetwork {
    const host = new Host(this, name, ip);
    this.#hosts.set(name, host);
    this.#byAddress.set(ip, host);
    return host;
  }

  outside(ip: string): NetStack {
    const stack = new Namespace(this, ip, undefined, undefined);
    this.#byAddress.set(ip, stack);
    return stack;
  }

  hosts(): HostNetwork[] {
    return [...this.#hosts.values()];
  }

  attach(namespace: Namespace): void {
    this.#byAddress.set(namespace.ip, namespace);
  }

  detach(namespace: Namespace): void {
    if (this.#byAddress.get(namespace.ip) === namespace) this.#byAddress.delete(namespace.ip);
    if (namespace instanceof Host) this.#hosts.delete(namespace.name);
  }

  /** Where a packet from a namespace ends up, and from whom it seems to come there. */
  route(from: Namespace, ip: string, port: number, protocol: Protocol): Target {
    if (isLoopback(ip)) {
      if (from.listens(ip, port, protocol)) return { namespace: from, port, source: '127.0.0.1' };
      if (from instanceof Host) return this.#arriveAtHost(from, from, { ip, port }, '127.0.0.1', protocol);
      return 'refuse';
    }
    const host = from.host;
    const verdict = host?.rules?.toVirtual(ip, port, protocol, from.ip);
    if (verdict) {
      if ('reject' in verdict) return 'refuse';
      if ('drop' in verdict) return 'drop';
      return this.#deliver(from, verdict.to.ip, verdict.to.port, protocol, from.ip);
    }
    return this.#deliver(from, ip, port, protocol, from.ip);
  }

  #deliver(from: Namespace, ip: string, port: number, protocol: Protocol, source: string): Target {
    const to = this.#byAddress.get(ip);
    if (!to) return this.#nobodyAt(ip);
    if (to instanceof Host && !to.listens(ip, port, protocol))
      return this.#arriveAtHost(from, to, { ip, port }, source, protocol);
    return this.#enter(from, to, port, protocol, source);
  }

  /** A packet for one of a node's own addresses: node ports, host ports, then the node's own programs. */
  #arriveAtHost(
    from: Namespace,
    host: Host,
    { ip, port }: { ip: string; port: number },
    source: string,
    protocol: Protocol,
  ): Target {
    const forwarded = host.hostPort(ip, port, protocol);
    if (forwarded) return this.#enter(from, forwarded.namespace, forwarded.port, protocol, source);
    const verdict = host.rules?.toNode(port, protocol, source);
    if (verdict) {
      if ('reject' in verdict) return 'refuse';
      if ('drop' in verdict) return 'drop';
      const to = this.#byAddress.get(verdict.to.ip);
      if (!to) return this.#nobodyAt(verdict.to.ip);
      return this.#enter(from, to, verdict.to.port, protocol, verdict.masquerade ? host.ip : source);
    }
    return this.#enter(from, host, port, protocol, source);
  }

  #enter(from: Namespace, to: Namespace, port: number, protocol: Protocol, source: string): Target {
    if (from !== to && this.#policies) {
      const sender: Party = from.pod ? { ip: source, pod: from.pod } : { ip: from === to.host ? 'node' : source };
      const receiver: Party = to.pod ? { ip: to.ip, pod: to.pod } : { ip: to.ip };
      if (!this.#policies.allows(sender, receiver, port, protocol)) return 'drop';
    }
    return { namespace: to, port, source };
  }

  #nobodyAt(ip: string): Target {
    for (const host of this.#hosts.values()) if (host.owns(ip)) return 'unreachable';
    return 'drop';
  }
}

class Namespace implements NetStack {
  readonly ip: string;
  readonly #host: Host | undefined;
  pod: PodEndpoint | undefined;
  protected readonly fabric: Fabric;
  readonly #listeners: ListenOptions[] = [];
  readonly #open = new Set<Connection>();
  #nextPort = 32_768;

  constructor(fabric: Fabric, ip: string, host: Host | undefined, pod: PodEndpoint | undefined) {
    this.fabric = fabric;
    this.ip = ip;
    this.#host = host;
    this.pod = pod;
  }

  /** The node whose rules apply to what leaves this namespace. */
  get host(): Host | undefined {
    return this.#host;
  }

  listen(options: ListenOptions): Listener {
    const { port, protocol = 'TCP' } = options;
    const clash = this.#listeners.some(
      (l) =>
        l.port === port &&
        (l.protocol ?? 'TCP') === protocol &&
        (!l.address || !options.address || l.address === options.address),
    );
    if (clash) throw new NetError('EADDRINUSE');
    this.#listeners.push(options);
    return {
      close: () => {
        const at = this.#listeners.indexOf(options);
        if (at >= 0) this.#listeners.splice(at, 1);
      },
    };
  }

  listens(ip: string, port: number, protocol: Protocol): ListenOptions | undefined {
    return this.#listeners.find(
      (l) =>
        l.port === port &&
        (l.protocol ?? 'TCP') === protocol &&
        (!l.address || l.address === ip || l.address === '0.0.0.0'),
    );
  }

  listener(ip: string, port: number, protocol: Protocol = 'TCP'): ListenOptions | undefined {
    return this.listens(isLoopback(ip) ? '127.0.0.1' : ip, port, protocol);
  }

  listening(): { port: number; protocol: Protocol; address: string }[] {
    return this.#listeners.map((l) => ({
      port: l.port,
      protocol: l.protocol ?? 'TCP',
      address: l.address ?? '0.0.0.0',
    }));
  }

  async dial(ip: string, port: number, options: DialOptions = {}): Promise<Connection> {
    const { protocol = 'TCP', timeoutMs = CONNECT_TIMEOUT, signal } = options;
    const target = this.fabric.route(this, ip, port, protocol);
    if (target === 'refuse') throw new NetError('ECONNREFUSED');
    if (target === 'drop') return this.#fail('ETIMEDOUT', timeoutMs, signal);
    if (target === 'unreachable') {
      return timeoutMs < ARP_TIMEOUT
        ? this.#fail('ETIMEDOUT', timeoutMs, signal)
        : this.#fail('EHOSTUNREACH', ARP_TIMEOUT, signal);
    }
    const listener = target.namespace.listens(
      isLoopback(ip) ? '127.0.0.1' : target.namespace.ip,
      target.port,
      protocol,
    );
    if (!listener) throw new NetError('ECONNREFUSED');
    return this.#connect(target.namespace, listener, target.source, { ip, port }, options.tls === true);
  }

  /** Breaks every connection: the namespace goes away. */
  protected hangUp(): void {
    for (const connection of this.#open) connection.close();
    this.#open.clear();
    this.#listeners.length = 0;
  }

  #connect(
    to: Namespace,
    listener: ListenOptions,
    source: string,
    remote: { ip: string; port: number },
    saysTls: boolean,
  ): Connection {
    this.#nextPort = this.#nextPort >= 60_999 ? 32_768 : this.#nextPort + 1;
    const client = { ip: source, port: this.#nextPort };
    const up = new BytePipe();
    const down = new BytePipe();
    const close = () => {
      up.end();
      down.end();
      this.#open.delete(mine);
      to.#open.delete(theirs);
    };
    const tls = saysTls && listener.tls ? { tls: true as const } : {};
    const mine: Connection = { input: down, output: up, local: client, remote, ...tls, close };
    const theirs: Connection = {
      input: up,
      output: down,
      local: { ip: to.ip, port: listener.port },
      remote: client,
      ...tls,
      close,
    };
    this.#open.add(mine);
    to.#open.add(theirs);
    listener.accept(theirs);
    return mine;
  }

  #fail(code: 'ETIMEDOUT' | 'EHOSTUNREACH', ms: number, signal: AbortSignal | undefined): Promise<never> {
    return new Promise((_, reject) => {
      const timer = this.fabric.clock.after(ms, () => reject(new NetError(code)));
      signal?.addEventListener('abort', () => {
        timer.cancel();
        reject(new NetError('ETIMEDOUT'));
      });
    });
  }
}

class Pod extends Namespace implements PodNetwork {
  readonly #release: () => void;

  constructor(fabric: Fabric, ip: string, host: Host, pod: PodEndpoint, release: () => void) {
    super(fabric, ip, host, pod);
    this.#release = release;
  }

  relabel(labels: Readonly<Record<string, string>>): void {
    if (this.pod) this.pod = { ...this.pod, labels };
  }

  remove(): void {
    this.hangUp();
    this.fabric.detach(this);
    this.#release();
  }
}

class Host extends Namespace implements HostNetwork {
  readonly name: string;
  rules: ServiceRules | undefined;
  #range: { cidr: string; pool: AddressPool } | undefined;
  readonly #hostPorts: (HostPort & { namespace: Namespace })[] = [];

  constructor(fabric: Fabric, name: string, ip: string) {
    super(fabric, ip, undefined, undefined);
    this.name = name;
  }

  // A node's own programs are subject to its own rules.
  override get host(): Host {
    return this;
  }

  addPod(
    pod: PodEndpoint,
    options: { podCIDR: string; ip?: string; hostPorts?: readonly HostPort[] },
  ): PodNetwork | undefined {
    if (this.#range?.cidr !== options.podCIDR)
      this.#range = { cidr: options.podCIDR, pool: new AddressPool(options.podCIDR) };
    const { pool } = this.#range;
    const ip = pool.take(options.ip);
    if (ip === undefined) return undefined;
    const namespace = new Pod(this.fabric, ip, this, pod, () => {
      pool.release(ip);
      for (let i = this.#hostPorts.length - 1; i >= 0; i--) {
        if (this.#hostPorts[i]?.namespace === namespace) this.#hostPorts.splice(i, 1);
      }
    });
    for (const port of options.hostPorts ?? []) this.#hostPorts.push({ ...port, namespace });
    this.fabric.attach(namespace);
    return namespace;
  }

  /** The pod that has a port of one of the node's addresses, or of all of them. */
  hostPort(ip: string, port: number, protocol: Protocol): { namespace: Namespace; port: number } | undefined {
    const found = this.#hostPorts.find(
      (p) => p.hostPort === port && p.protocol === protocol && (!p.hostIP || p.hostIP === '0.0.0.0' || p.hostIP === ip),
    );
    return found && { namespace: found.namespace, port: found.containerPort };
  }

  owns(ip: string): boolean {
    return this.#range !== undefined && inCidr(ip, this.#range.cidr);
  }

  unplug(): void {
    this.hangUp();
    this.fabric.detach(this);
  }
}
