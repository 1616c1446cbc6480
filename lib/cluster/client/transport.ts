import type { ApiRequest, ApiResult, WatchEvent, WatchHandle } from '../machinery/api-request.ts';

/**
 * A connection to the API server with an identity. Rejects with a StatusError for what the server refuses, and with an
 * `ECONNREFUSED`-like Error (its `code` says which) when the server is down. Implemented by cluster.ts over the in-process
 * pipeline; nothing in it depends on that.
 */
export interface Transport {
  call(request: ApiRequest): Promise<ApiResult>;
  /** Starts a watch; resolves once the server has accepted it. `onEnd` tells why it ended, undefined for a normal end. */
  watch(
    request: ApiRequest,
    onEvent: (event: WatchEvent) => void,
    onEnd: (error?: unknown) => void,
  ): Promise<WatchHandle>;
}

/** Credentials as a kubeconfig holds them; PEM texts. */
export interface Credentials {
  server: string;
  certificateAuthority?: string;
  /** Talks to a server without knowing who it is. */
  insecure?: boolean;
  clientCertificate?: string;
  clientKey?: string;
  token?: string;
}

/** Opens connections for components that hold credentials (a kubelet with its kubelet.conf, a pod with its token). */
export type Connect = (credentials: Credentials) => Transport;
