import type { BytePipe } from './byte-pipe.ts';

export type Protocol = 'TCP' | 'UDP' | 'SCTP';

/** One end of an open connection. For UDP each chunk is a datagram. */
export interface Connection {
  /** What the other side sends. */
  input: BytePipe;
  /** What this side sends. */
  output: BytePipe;
  local: { ip: string; port: number };
  remote: { ip: string; port: number };
  /** Both sides said that they speak TLS; between simulated programs the bytes stay plain. */
  tls?: true;
  /** The certificate (DER) that the client proved to own, where a real handshake was made. */
  clientCertificate?: Uint8Array;
  /** Ends both directions. */
  close(): void;
}

export interface HttpRequest {
  method: string;
  /** With the query: `/a?b=c`. */
  target: string;
  headers: ReadonlyMap<string, string>;
  body: Uint8Array;
  remote: { ip: string; port: number };
  clientCertificate?: Uint8Array;
}

export interface HttpResponse {
  status: number;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

export type HttpHandler = (request: HttpRequest) => HttpResponse | Promise<HttpResponse>;

export interface ListenOptions {
  port: number;
  protocol?: Protocol;
  /** `127.0.0.1` accepts only from inside this namespace; all addresses unless given. */
  address?: string;
  accept(connection: Connection): void;
  /** Set by servers that speak HTTP, so that a probe can ask without a connection. */
  http?: HttpHandler;
  /** Whether the server speaks TLS: probes and clients that speak plain HTTP are turned away. */
  tls?: boolean;
}

export interface Listener {
  close(): void;
}

export interface DialOptions {
  protocol?: Protocol;
  /** Gives up with ETIMEDOUT after so many milliseconds; 127 s (the kernel's SYN retries) unless given. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** The client, a simulated program, speaks TLS; whether the server does too stands in the connection's `tls`. */
  tls?: boolean;
}

/** A network namespace: a node's own, or a pod's. */
export interface NetStack {
  readonly ip: string;
  /** Throws a NetError EADDRINUSE when the port is taken. */
  listen(options: ListenOptions): Listener;
  /** Rejects with a NetError. `ip` is an address, not a name. */
  dial(ip: string, port: number, options?: DialOptions): Promise<Connection>;
  /** The listener that a connection from inside this namespace to `ip` would reach directly (for probes). */
  listener(ip: string, port: number, protocol?: Protocol): ListenOptions | undefined;
  /** What listens, for netstat and ss. */
  listening(): { port: number; protocol: Protocol; address: string }[];
}

/** Who a pod's namespace belongs to: what network policies select by. */
export interface PodEndpoint {
  namespace: string;
  name: string;
  labels: Readonly<Record<string, string>>;
  node: string;
  /** Its containers' ports, for policies that name one. */
  ports: readonly { name?: string; protocol: string; port: number }[];
}
