import type { Clock } from '../../kit/clock.ts';
import { randomInt, type Random } from '../../kit/random.ts';
import type { Endpoint, EndpointSlice, Service, ServicePort } from '../schema/generated/types.ts';
import type { Protocol } from './stack.ts';

/** What becomes of a packet: sent to an endpoint, answered with "refused", swallowed, or none of this table's business. */
export type Verdict =
  { to: { ip: string; port: number }; masquerade: boolean } | { reject: true } | { drop: true } | undefined;

/** One virtual address of a service port. */
export interface ServiceEntry {
  namespace: string;
  service: string;
  port: ServicePort;
  kind: 'cluster' | 'external' | 'load-balancer' | 'node-port';
  ip: string;
  portNumber: number;
  protocol: Protocol;
  /** Endpoints to choose from; `local` ones alone when the policy says so. */
  endpoints: readonly { ip: string; port: number; local: boolean }[];
  /** Whether there are ready endpoints anywhere: without any the port is refused, with only remote ones dropped. */
  any: boolean;
  localOnly: boolean;
  affinitySeconds: number;
}

const SERVICE_NAME = 'kubernetes.io/service-name';

/**
 * kube-proxy's table of one node (iptables mode): which virtual address leads to which endpoints.
 * Source: kubernetes.io/docs/reference/networking/virtual-ips.
 */
export class ServiceRules {
  readonly #node: string;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #byService = new Map<string, ServiceEntry[]>();
  readonly #byAddress = new Map<string, ServiceEntry>();
  readonly #affinity = new Map<string, { ip: string; port: number; until: number }>();

  constructor(options: { node: string; clock: Clock; random: Random }) {
    this.#node = options.node;
    this.#clock = options.clock;
    this.#random = options.random;
  }

  /** Replaces the rules of one service; an absent service removes them. */
  set(key: string, service: Service | undefined, slices: readonly EndpointSlice[]): void {
    for (const entry of this.#byService.get(key) ?? []) {
      if (this.#byAddress.get(addressKey(entry)) === entry) this.#byAddress.delete(addressKey(entry));
    }
    const entries = service ? this.#entriesOf(service, slices) : [];
    if (entries.length) this.#byService.set(key, entries);
    else this.#byService.delete(key);
    for (const entry of entries) this.#byAddress.set(addressKey(entry), entry);
  }

  entries(): ServiceEntry[] {
    return [...this.#byService.keys()].sort().flatMap((key) => this.#byService.get(key) ?? []);
  }

  /** Decides for a packet to a service's cluster, external or load balancer address. */
  toVirtual(ip: string, port: number, protocol: Protocol, source: string): Verdict {
    return this.#decide(this.#byAddress.get(`${ip}:${port}/${protocol}`), source);
  }

  /** Decides for a packet to one of the node's own addresses. */
  toNode(port: number, protocol: Protocol, source: string): Verdict {
    return this.#decide(this.#byAddress.get(`*:${port}/${protocol}`), source);
  }

  #decide(entry: ServiceEntry | undefined, source: string): Verdict {
    if (!entry) return undefined;
    if (!entry.any) return { reject: true };
    const choice = this.#choose(entry, source);
    if (!choice) return { drop: true };
    return { to: choice, masquerade: entry.kind !== 'cluster' && !entry.localOnly };
  }

  #choose(entry: ServiceEntry, source: string): { ip: string; port: number } | undefined {
    const choices = entry.localOnly ? entry.endpoints.filter((e) => e.local) : entry.endpoints;
    const remembered = `${addressKey(entry)} ${source}`;
    if (entry.affinitySeconds > 0) {
      const last = this.#affinity.get(remembered);
      if (last && last.until > this.#clock.now()) {
        const same = choices.find((e) => e.ip === last.ip && e.port === last.port);
        if (same) {
          last.until = this.#clock.now() + entry.affinitySeconds * 1000;
          return same;
        }
      }
    }
    const choice = choices[randomInt(this.#random, choices.length)];
    if (choice && entry.affinitySeconds > 0) {
      this.#affinity.set(remembered, {
        ip: choice.ip,
        port: choice.port,
        until: this.#clock.now() + entry.affinitySeconds * 1000,
      });
    }
    return choice;
  }

  #entriesOf(service: Service, slices: readonly EndpointSlice[]): ServiceEntry[] {
    const { spec, metadata, status } = service;
    if (!spec || spec.type === 'ExternalName' || !spec.clusterIP || spec.clusterIP === 'None') return [];
    const affinitySeconds =
      spec.sessionAffinity === 'ClientIP' ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800) : 0;
    const entries: ServiceEntry[] = [];
    for (const port of spec.ports ?? []) {
      const endpoints = this.#endpointsOf(
        metadata.namespace ?? '',
        metadata.name,
        port,
        slices,
        spec.trafficDistribution,
      );
      const protocol = (port.protocol ?? 'TCP') as Protocol;
      const add = (kind: ServiceEntry['kind'], ip: string, portNumber: number, localOnly: boolean) =>
        entries.push({
          namespace: metadata.namespace ?? '',
          service: metadata.name,
          port,
          kind,
          ip,
          portNumber,
          protocol,
          endpoints,
          any: endpoints.length > 0,
          localOnly,
          affinitySeconds,
        });
      const externalLocal = spec.externalTrafficPolicy === 'Local';
      for (const ip of spec.clusterIPs ?? [spec.clusterIP])
        add('cluster', ip, port.port, spec.internalTrafficPolicy === 'Local');
      for (const ip of spec.externalIPs ?? []) add('external', ip, port.port, externalLocal);
      for (const ingress of status?.loadBalancer?.ingress ?? []) {
        if (ingress.ip && ingress.ipMode !== 'Proxy') add('load-balancer', ingress.ip, port.port, externalLocal);
      }
      if (port.nodePort) add('node-port', '*', port.nodePort, externalLocal);
    }
    return entries;
  }

  #endpointsOf(
    namespace: string,
    name: string,
    port: ServicePort,
    slices: readonly EndpointSlice[],
    distribution: string | undefined,
  ): ServiceEntry['endpoints'] {
    const ready: { endpoint: Endpoint; ip: string; port: number }[] = [];
    const draining: typeof ready = [];
    for (const slice of slices) {
      if (slice.addressType !== 'IPv4' || slice.metadata.namespace !== namespace) continue;
      if (slice.metadata.labels?.[SERVICE_NAME] !== name) continue;
      const target = slice.ports?.find(
        (p) => (p.name ?? '') === (port.name ?? '') && (p.protocol ?? 'TCP') === (port.protocol ?? 'TCP'),
      );
      if (target?.port === undefined) continue;
      for (const endpoint of slice.endpoints ?? []) {
        const ip = endpoint.addresses[0];
        if (ip === undefined) continue;
        const { conditions } = endpoint;
        if (conditions?.ready !== false) ready.push({ endpoint, ip, port: target.port });
        else if (conditions.serving && conditions.terminating) draining.push({ endpoint, ip, port: target.port });
      }
    }
    // When all endpoints are going away, those that still serve get the traffic.
    const usable = ready.length ? ready : draining;
    const hinted =
      distribution === 'PreferSameNode' &&
      usable.some((e) => e.endpoint.hints?.forNodes?.some((n) => n.name === this.#node));
    const chosen = hinted
      ? usable.filter((e) => e.endpoint.hints?.forNodes?.some((n) => n.name === this.#node))
      : usable;
    const seen = new Set<string>();
    return chosen.flatMap((e) => {
      const id = `${e.ip}:${e.port}`;
      if (seen.has(id)) return [];
      seen.add(id);
      return [{ ip: e.ip, port: e.port, local: e.endpoint.nodeName === this.#node }];
    });
  }
}

function addressKey(entry: { ip: string; portNumber: number; protocol: Protocol }): string {
  return `${entry.ip}:${entry.portNumber}/${entry.protocol}`;
}
