import { createServer } from 'node:net';
import type { Authenticator } from './access/authenticator.ts';
import { namesakeOf, readCertificate } from './access/certificate-authority.ts';
import type { ApiServer, Listening } from './apiserver/options.ts';
import type { Random } from '../kit/random.ts';
import type { Connect, Credentials, Transport } from './client/transport.ts';
import { unauthorized } from './machinery/status-error.ts';
import type { UserInfo } from './machinery/user.ts';

/** A serving certificate and its key, PEM. */
export interface ServingPair {
  cert: string;
  key: string;
}

/** A running API server as its clients reach it. */
export interface OpenApi {
  api: ApiServer;
  authenticator: Authenticator;
  /** The authorities whose clients it asks for, PEM. */
  clientCas: readonly string[];
  /** Whether who shows no credentials is let in as nobody. */
  anonymous: boolean;
  /** What it shows at its own address. */
  serving: ServingPair;
  port: number;
}

export interface ApiDoorOptions {
  /** Addresses and names that lead to the API server, with `--secure-port`; the service address with 443. */
  addresses: readonly string[];
  serviceAddress: string;
  /** A certificate for loopback addresses, which kubeadm's does not name. */
  loopbackPair: ServingPair;
  random: Random;
}

const ANONYMOUS: UserInfo = { username: 'system:anonymous', groups: ['system:unauthenticated'] };

type Place = { port: number } | { socketPath: string };

/** A socket that someone asked for: it listens whenever the API server is up, and refuses connections when it is not. */
interface Door {
  at: Place;
  listening: Listening | undefined;
}

/** An error of the network, as Go words it; `code` says which. */
function dialError(code: string, host: string, port: number, words: string): Error {
  return Object.assign(new Error(`dial tcp ${host}:${port}: connect: ${words}`), { code });
}

/** Whether `cert` was issued by the authority that a client trusts; Go's words when not. */
function distrust(serving: string, authority: string | undefined): string | undefined {
  const cert = readCertificate(serving);
  const ca = authority === undefined ? undefined : readCertificate(authority);
  if (!ca) return 'unable to load root certificates: unable to parse bytes as PEM block';
  if (!cert || !cert.checkIssued(ca) || !cert.verify(ca.publicKey))
    return 'tls: failed to verify certificate: x509: certificate signed by unknown authority';
  return undefined;
}

/** A port of the loopback address that nobody listens on. */
function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer().once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Where the API server is reached: in-process by credentials, and by sockets. It comes and goes with its static pod. */
export class ApiDoor {
  readonly #options: ApiDoorOptions;
  readonly #doors = new Set<Door>();
  #open: OpenApi | undefined;
  /** What was found out about serving certificates, then by authority: reading X.509 costs a millisecond. */
  readonly #doubts = new Map<string, Map<string | undefined, string | undefined>>();
  /** Opening and closing sockets takes turns. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: ApiDoorOptions) {
    this.#options = options;
  }

  get current(): OpenApi | undefined {
    return this.#open;
  }

  open(open: OpenApi): void {
    this.#open = open;
    for (const door of this.#doors) void this.#sync(door);
  }

  close(): void {
    const { api } = this.#open ?? {};
    this.#open = undefined;
    for (const door of this.#doors) void this.#sync(door);
    void api?.close();
  }

  /** Requests as `user`, without credentials: for preparing and grading. */
  transportAs(user: UserInfo): Transport {
    return this.#lazily(() => this.#reach(this.#options.serviceAddress, 443).api.transport(user));
  }

  /** Requests with credentials: the network, TLS and authentication fail as they would in a client's log. */
  readonly connect: Connect = (credentials) => this.#lazily(() => this.#enter(credentials));

  /** Serves the API over TLS; the same port or path again after each restart of the API server. */
  async listen(at: Place): Promise<{ url: string; close(): Promise<void> }> {
    const door: Door = { at, listening: undefined };
    this.#doors.add(door);
    await this.#sync(door);
    // Where it will listen once there is an API server is said now.
    if (!door.listening && 'port' in at && at.port === 0) {
      const port = await freePort();
      if (!door.listening) door.at = { port };
    }
    const url = door.listening?.url ?? ('port' in door.at ? `https://127.0.0.1:${door.at.port}` : 'https://localhost');
    return {
      url,
      close: async () => {
        this.#doors.delete(door);
        await this.#sync(door);
      },
    };
  }

  #lazily(transport: () => Transport): Transport {
    return {
      call: async (request) => transport().call(request),
      watch: async (request, onEvent, onEnd) => transport().watch(request, onEvent, onEnd),
    };
  }

  #reach(host: string, port: number): OpenApi {
    const known = this.#options.addresses.includes(host);
    const right = host === this.#options.serviceAddress ? 443 : this.#open?.port;
    if (!known && host !== this.#options.serviceAddress) {
      throw /^[\d.]+$/.test(host)
        ? dialError('EHOSTUNREACH', host, port, 'no route to host')
        : Object.assign(new Error(`dial tcp: lookup ${host}: no such host`), { code: 'ENOTFOUND' });
    }
    if (!this.#open || port !== right) throw dialError('ECONNREFUSED', host, port, 'connection refused');
    return this.#open;
  }

  #enter(credentials: Credentials): Transport {
    const url = URL.canParse(credentials.server) ? new URL(credentials.server) : undefined;
    if (!url)
      throw Object.assign(new Error(`parse ${JSON.stringify(credentials.server)}: invalid URL`), { code: 'EINVAL' });
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const open = this.#reach(host, Number(url.port || (url.protocol === 'https:' ? 443 : 80)));
    if (url.protocol !== 'https:')
      throw Object.assign(new Error('the server responded with "Client sent an HTTP request to an HTTPS server."'), {
        code: 'EPROTO',
      });
    const doubt = credentials.insecure ? undefined : this.#doubt(open.serving.cert, credentials.certificateAuthority);
    if (doubt) throw Object.assign(new Error(doubt), { code: 'EPROTO' });
    const named = credentials.clientCertificate !== undefined || credentials.token !== undefined;
    if (!named && open.anonymous) return open.api.transport(ANONYMOUS);
    const user = open.authenticator.authenticate({
      certificate: credentials.clientCertificate,
      token: credentials.token,
    });
    if (!user) throw unauthorized();
    return open.api.transport(user);
  }

  #doubt(serving: string, authority: string | undefined): string | undefined {
    const known = this.#doubts.get(serving) ?? new Map<string | undefined, string | undefined>();
    this.#doubts.set(serving, known);
    if (!known.has(authority)) known.set(authority, distrust(serving, authority));
    return known.get(authority);
  }

  /**
   * What a handshake names to clients. Not the authorities themselves: OpenSSL would send the one that issued the serving
   * certificate along with it, which Go does not.
   */
  async #namesOf(authorities: readonly string[], key: string): Promise<string[]> {
    return Promise.all(authorities.flatMap((ca) => namesakeOf(ca, key, this.#options.random) ?? []));
  }

  /** Makes a socket's state follow the API server's. */
  #sync(door: Door): Promise<void> {
    const turn = this.#turn.then(async () => {
      await door.listening?.close();
      door.listening = undefined;
      if (!this.#open || !this.#doors.has(door)) return;
      const { api, clientCas, serving } = this.#open;
      const pair = 'port' in door.at ? this.#options.loopbackPair : serving;
      const tls = { key: pair.key, cert: pair.cert, clientAuthorities: await this.#namesOf(clientCas, pair.key) };
      door.listening = await api.listen({ ...door.at, tls });
      if ('port' in door.at) door.at = { port: Number(new URL(door.listening.url).port) };
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}
