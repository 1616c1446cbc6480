import type { Informer, InformerFactory } from '../client/informer.ts';
import { selects } from '../machinery/selector.ts';
import { namespaces, networkpolicies } from '../schema/generated/resources.ts';
import type { Namespace, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '../schema/generated/types.ts';
import { inCidr } from './addresses.ts';
import type { PodEndpoint, Protocol } from './stack.ts';

/** One side of a connection: an address, and the pod that has it (none for nodes and the world outside). */
export interface Party {
  ip: string;
  pod?: PodEndpoint;
}

/** Decides which connections NetworkPolicies allow. Source: kubernetes.io/docs/concepts/services-networking/network-policies. */
export class PolicyEnforcer {
  readonly #policies: Informer<NetworkPolicy>;
  readonly #namespaces: Informer<Namespace>;

  constructor(informers: InformerFactory) {
    this.#policies = informers.informer(networkpolicies);
    this.#namespaces = informers.informer(namespaces);
  }

  /** `port` is the destination's own (after service translation). */
  allows(from: Party, to: Party, port: number, protocol: Protocol): boolean {
    return this.#egress(from, to, port, protocol) && this.#ingress(from, to, port, protocol);
  }

  #egress(from: Party, to: Party, port: number, protocol: Protocol): boolean {
    const policies = this.#selecting(from.pod, 'Egress');
    if (policies.length === 0) return true;
    return policies.some((policy) =>
      policy.spec.egress?.some(
        (rule) => portMatches(rule.ports, to.pod, port, protocol) && this.#peerMatches(rule.to, to, policy),
      ),
    );
  }

  #ingress(from: Party, to: Party, port: number, protocol: Protocol): boolean {
    const policies = this.#selecting(to.pod, 'Ingress');
    if (policies.length === 0) return true;
    // A pod's own node always reaches it: its kubelet probes must.
    if (!from.pod && from.ip === 'node') return true;
    return policies.some((policy) =>
      policy.spec.ingress?.some(
        (rule) => portMatches(rule.ports, to.pod, port, protocol) && this.#peerMatches(rule.from, from, policy),
      ),
    );
  }

  #selecting(pod: PodEndpoint | undefined, type: 'Ingress' | 'Egress'): NetworkPolicy[] {
    if (!pod) return [];
    return this.#policies
      .list(pod.namespace)
      .filter((p) => typesOf(p).includes(type) && selects(p.spec.podSelector ?? {}, pod.labels));
  }

  #peerMatches(peers: readonly NetworkPolicyPeer[] | undefined, party: Party, policy: NetworkPolicy): boolean {
    if (!peers?.length) return true;
    return peers.some((peer) => {
      if (peer.ipBlock) {
        return inCidr(party.ip, peer.ipBlock.cidr) && !peer.ipBlock.except?.some((cidr) => inCidr(party.ip, cidr));
      }
      const { pod } = party;
      if (!pod) return false;
      const inNamespace = peer.namespaceSelector
        ? selects(peer.namespaceSelector, this.#namespaces.get('', pod.namespace)?.metadata.labels)
        : pod.namespace === policy.metadata.namespace;
      return inNamespace && (!peer.podSelector || selects(peer.podSelector, pod.labels));
    });
  }
}

function typesOf(policy: NetworkPolicy): readonly string[] {
  return policy.spec.policyTypes ?? (policy.spec.egress ? ['Ingress', 'Egress'] : ['Ingress']);
}

function portMatches(
  ports: readonly NetworkPolicyPort[] | undefined,
  to: PodEndpoint | undefined,
  port: number,
  protocol: Protocol,
): boolean {
  if (!ports?.length) return true;
  return ports.some((p) => {
    if ((p.protocol ?? 'TCP') !== protocol) return false;
    if (p.port === undefined) return true;
    if (typeof p.port === 'string') {
      return (
        to?.ports.some((named) => named.name === p.port && named.protocol === protocol && named.port === port) ?? false
      );
    }
    return p.endPort === undefined ? p.port === port : port >= p.port && port <= p.endPort;
  });
}
