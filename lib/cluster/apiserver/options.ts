import type { Activity } from '../../kit/activity.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Random } from '../../kit/random.ts';
import type { Authorizer } from '../access/authorizer.ts';
import type { AdmissionContext, AdmissionPlugin } from '../admission/plugin.ts';
import type { KindDefinition, ServerFlags } from '../kinds/define.ts';
import type { ApiRequest, ApiResult, WatchEvent, WatchHandle } from '../machinery/api-request.ts';
import type { ByteDuplex, KubeletLocator } from '../machinery/kubelet-api.ts';
import type { JsonObject, KubeObject } from '../machinery/object.ts';
import type { UserInfo } from '../machinery/user.ts';
import type { Store } from '../store/kv.ts';
import type { AuditPolicy } from './audit/policy.ts';

/** What a client shows to say who it is. */
export interface Credentials {
  /** The client certificate of the TLS connection, DER. The TLS layer has checked possession of its key, nothing else. */
  certificate?: Uint8Array;
  /** From `Authorization: Bearer …`. */
  token?: string;
}

/** What a token turned out to be (upstream: authenticator.Response). */
export interface TokenVerdict {
  user?: UserInfo;
  /** Audiences of the token that are among those asked for. */
  audiences?: readonly string[];
  /** Why it is refused, as a TokenReview shows it. */
  error?: string;
}

/** Everything that decides who a caller is; access/ implements it. */
export interface Authenticator {
  /** The caller, or undefined when the credentials are not accepted (401). Not asked when there are none. */
  authenticate(credentials: Credentials): Promise<UserInfo | undefined> | UserInfo | undefined;
  reviewToken(token: string, audiences: readonly string[]): Promise<TokenVerdict> | TokenVerdict;
}

/** A TokenRequest on its way to the issuer, validated: the service account and the bound object exist. */
export interface TokenOrder {
  serviceAccount: KubeObject;
  audiences: readonly string[];
  expirationSeconds: number;
  boundObject?: { kind: string; apiVersion: string; name: string; uid: string; nodeName?: string; nodeUid?: string };
}

/** The service account token issuer; access/ implements it. */
export interface TokenIssuer {
  /** `--service-account-issuer`. */
  readonly issuer: string;
  /** `--api-audiences`. */
  readonly audiences: readonly string[];
  issue(order: TokenOrder): Promise<string> | string;
  /** Public keys as `/openid/v1/jwks` serves them. */
  jwks(): Promise<JsonObject> | JsonObject;
}

/** The rules that SelfSubjectRulesReview shows. */
export interface RuleResolver {
  rulesFor(
    user: UserInfo,
    namespace: string,
  ): {
    resourceRules: { verbs: string[]; apiGroups?: string[]; resources?: string[]; resourceNames?: string[] }[];
    nonResourceRules: { verbs: string[]; nonResourceURLs?: string[] }[];
    incomplete: boolean;
    evaluationError?: string;
  };
}

/** Requests with a fixed identity, inside the process. The same shape as client/transport.ts. */
export interface ApiTransport {
  call(request: ApiRequest): Promise<ApiResult>;
  watch(
    request: ApiRequest,
    onEvent: (event: WatchEvent) => void,
    onEnd: (error?: unknown) => void,
  ): Promise<WatchHandle>;
}

export interface ApiServerOptions {
  store: Store;
  kinds: readonly KindDefinition[];
  clock: Clock;
  random: Random;
  activity: Activity;
  authenticator: Authenticator;
  authorizer: Authorizer;
  rules: RuleResolver;
  tokens: TokenIssuer;
  /** Plugins in order. `context` is asked once, with a transport that acts as the API server itself. */
  admission: { plugins: readonly AdmissionPlugin[]; context(transport: ApiTransport): AdmissionContext };
  kubelets: KubeletLocator;
  /** Connects from the control plane to a pod, service or node address, for the `proxy` subresources. */
  dial(host: string, port: number): Promise<ByteDuplex>;
  flags: ServerFlags;
  /** Whether requests without credentials are `system:anonymous` (`--anonymous-auth`) or refused. */
  anonymousAuth: boolean;
  /** What `/version` serves. */
  version: Readonly<Record<string, string>>;
  /** What is written of requests, and where: `write` takes one event as a line of JSON. `address`: the server's own. */
  audit?: { policy: AuditPolicy; address: string; write(line: string): void };
}

/** How a request came in. */
export interface Peer {
  /** The client certificate, DER, if the client showed one. */
  certificate?: Uint8Array;
}

export type ListenAt = ({ port: number; host?: string } | { socketPath: string }) & {
  /** PEM. */
  tls: { key: string; cert: string; clientAuthorities: readonly string[] };
};

/** A listening socket, with its HTTP/2 and HTTP/1.1 connections. */
export interface Listening {
  /** `https://127.0.0.1:6443`; for a socket path `https://localhost`. */
  url: string;
  close(): Promise<void>;
}

export interface ApiServer {
  /** In-process requests as `user`: authorization, admission and validation apply; objects pass by reference, frozen. */
  transport(user: UserInfo): ApiTransport;
  /** The whole HTTP API, but upgrades (exec, attach, port-forward), which need a socket: see `listen`. Never rejects. */
  handle(request: Request, peer: Peer): Promise<Response>;
  listen(at: ListenAt): Promise<Listening>;
  /** Ends every watch and stream; later requests are refused with ECONNREFUSED. */
  close(): Promise<void>;
}
