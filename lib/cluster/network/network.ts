import type { Clock } from '../../kit/clock.ts';
import type { Random } from '../../kit/random.ts';
import type { InformerFactory } from '../client/informer.ts';
import { Fabric } from './fabric.ts';
import type { NetStack, PodEndpoint } from './stack.ts';
import type { ServiceRules } from './service-rules.ts';

export interface NetworkOptions {
  clock: Clock;
  random: Random;
  /**
   * What the network plugin watches to enforce policies (NetworkPolicies, Namespaces), with an identity that may list
   * them. Without it nothing is enforced.
   */
  informers?: InformerFactory;
}

/** The wire between all nodes of one cluster, with the network plugin's part of each node. */
export interface Network {
  /** Plugs a node in. Its namespace is what programs on the node and pods with hostNetwork use. */
  addHost(name: string, ip: string): HostNetwork;
  /** A namespace outside the cluster on the nodes' network: a load balancer's or a colleague's machine. */
  outside(ip: string): NetStack;
  /** Every address in use, with its owner: for diagnosis. */
  hosts(): HostNetwork[];
}

export interface HostNetwork extends NetStack {
  readonly name: string;
  /** Makes a pod's namespace with an address of the node's range; undefined when the node has no range (yet). */
  addPod(
    pod: PodEndpoint,
    options: { podCIDR: string; ip?: string; hostPorts?: readonly HostPort[] },
  ): PodNetwork | undefined;
  /** The rules that kube-proxy wrote; they stay when it stops, as the kernel's do. */
  rules: ServiceRules | undefined;
  /** Unplugs the node: nobody reaches it or its pods. */
  unplug(): void;
}

export interface HostPort {
  hostPort: number;
  hostIP?: string;
  protocol: 'TCP' | 'UDP' | 'SCTP';
  containerPort: number;
}

export interface PodNetwork extends NetStack {
  /** Follows the pod's labels, which policies select by. */
  relabel(labels: Readonly<Record<string, string>>): void;
  /** Releases the address and closes all listeners. */
  remove(): void;
}

export function createNetwork(options: NetworkOptions): Network {
  return new Fabric(options);
}
