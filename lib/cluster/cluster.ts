import type { Clock } from '../kit/clock.ts';
import type { Random } from '../kit/random.ts';
import type { Client } from './client/client.ts';
import type { ByteDuplex } from './machinery/kubelet-api.ts';
import { notSimulated } from './machinery/status-error.ts';

export interface ClusterOptions {
  /** `one-node`, `three-node`: a name from `profileNames()`. */
  profile: string;
  /** The cluster's own folder: journal, node disks, keys. Made when absent; with an earlier cluster in it, that one is restored. */
  dir: string;
  clock?: Clock;
  random?: Random;
}

/** A machine of the cluster. */
export interface ClusterNode {
  name: string;
  ip: string;
  /** Its root disk on the host: `<disk>/etc/kubernetes/manifests/…`. Bind-mounted into the sandbox, read by the kubelet. */
  disk: string;
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
  /** Milliseconds from the call of `createCluster` until all nodes were Ready. */
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

export function profileNames(): string[] {
  return ['one-node', 'three-node'];
}

export function createCluster(_options: ClusterOptions): Promise<Cluster> {
  return Promise.reject(notSimulated('a cluster'));
}
