import type { Activity } from '../../kit/activity.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Random } from '../../kit/random.ts';
import type { Connect } from '../client/transport.ts';
import type { ByteDuplex, KubeletApi } from '../machinery/kubelet-api.ts';
import type { Network } from '../network/network.ts';
import type { ControlPlane } from './control-plane.ts';

export interface NodeOptions {
  name: string;
  ip: string;
  /** All machines of the cluster, which know each other by name. */
  hosts: readonly { name: string; ip: string }[];
  /** The node's root disk: a real directory, seeded with its profile's files. Nothing outside of it is ever touched. */
  disk: string;
  network: Network;
  /** How the kubelet, kube-proxy, CoreDNS … reach the API server with the credentials they find on disk or in a pod. */
  connect: Connect;
  controlPlane: ControlPlane;
  clock: Clock;
  random: Random;
  activity: Activity;
}

/** A call of a node tool; what cluster.ts's ToolCall is, without the node. */
export interface NodeToolCall {
  argv: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  uid: number;
  stdin: ReadableStream<Uint8Array>;
  stdout: WritableStream<Uint8Array>;
  stderr: WritableStream<Uint8Array>;
  tty: boolean;
  signal: AbortSignal;
}

/** A running machine of the cluster. */
export interface SimulatedNode {
  readonly name: string;
  readonly ip: string;
  readonly disk: string;
  /** The node's kubelet; its methods throw a StatusError while the kubelet is stopped. */
  readonly kubelet: KubeletApi;
  /** Names of the tools that `runTool` knows. */
  tools(): readonly string[];
  runTool(call: NodeToolCall): Promise<{ exitCode: number }>;
  /** Opens a connection as a program on the node would; `host` is an address or a name. */
  dial(host: string, port: number): Promise<ByteDuplex>;
  /** Switches the machine off; its disk stays. */
  stop(): Promise<void>;
}
