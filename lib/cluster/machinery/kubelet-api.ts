import type { KubeObject } from './object.ts';

/** Bytes both ways, as a connection or the standard streams of a process have them. */
export interface ByteDuplex {
  readable: ReadableStream<Uint8Array>;
  writable: WritableStream<Uint8Array>;
}

export interface ExecStreams {
  stdin?: ReadableStream<Uint8Array>;
  stdout?: WritableStream<Uint8Array>;
  stderr?: WritableStream<Uint8Array>;
  /** A terminal: stderr is not used, output has CRLF line ends, ^C interrupts. */
  tty: boolean;
  /** The terminal's size whenever the client reports one. */
  onResize?(listener: (size: { width: number; height: number }) => void): void;
  /** Aborts when the client has gone. */
  signal: AbortSignal;
}

export interface LogOptions {
  container: string;
  follow: boolean;
  previous: boolean;
  timestamps: boolean;
  sinceSeconds?: number;
  sinceTime?: string;
  tailLines?: number;
  limitBytes?: number;
  signal: AbortSignal;
}

export interface PodIdentity {
  namespace: string;
  name: string;
  uid: string;
}

/**
 * What the API server asks of a node's kubelet (upstream: the kubelet's own HTTPS server on port 10250). All throw a
 * StatusError with upstream's text when the pod or container is not there or not running.
 */
export interface KubeletApi {
  /** A container's log; ends when the log ends, or, following, when the container does. */
  logs(pod: PodIdentity, options: LogOptions): Promise<ReadableStream<Uint8Array>>;
  /** Runs a command in a container; resolves with its exit status. */
  exec(pod: PodIdentity, container: string, command: readonly string[], streams: ExecStreams): Promise<number>;
  /** Attaches to a container's main process; resolves when that ends, however it ends. */
  attach(pod: PodIdentity, container: string, streams: ExecStreams): Promise<void>;
  /** Connects to a port in the pod's network namespace. Rejects as kubelet's port forwarding does. */
  portForward(pod: PodIdentity, port: number): Promise<ByteDuplex>;
  /** Usage of the node and its pods now, for metrics.k8s.io: CPU in nano-cores, memory in bytes. */
  usage(): NodeUsage;
  /** A page of its HTTPS server, for a client whom it trusts: `/pods`, `/metrics` … `target` has the query. */
  page(method: string, target: string): Promise<KubeletPage>;
}

export interface KubeletPage {
  status: number;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

export interface NodeUsage {
  cpu: number;
  memory: number;
  pods: { namespace: string; name: string; containers: { name: string; cpu: number; memory: number }[] }[];
}

/** Finds the kubelet of a node; throws a StatusError when the node cannot be reached. */
export type KubeletLocator = (node: KubeObject) => KubeletApi;
