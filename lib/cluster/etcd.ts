import { readCertificate } from './access/certificate-authority.ts';
import type { Clock } from '../kit/clock.ts';
import type { ComponentContext, ComponentHandle } from './node/index.ts';

/** A running etcd: the objects themselves are in the store, this is who may be asked for them, and where. */
interface Member {
  /** `https://127.0.0.1:2379` … */
  clientUrls: readonly string[];
  /** PEM. */
  certificate: string;
}

type EtcdContext = Pick<ComponentContext, 'flags' | 'readFile' | 'log' | 'exited'>;

const FILES = ['peer-cert-file', 'peer-key-file', 'peer-trusted-ca-file', 'cert-file', 'key-file', 'trusted-ca-file'];

const list = (value: string | undefined) => (value ? value.split(',').filter(Boolean) : []);

/** The etcd of a cluster: whether it runs, where it is reached, and why not. Its data is in etcd-data.ts. */
export class Etcd {
  readonly #clock: Clock;
  readonly #members = new Set<Member>();
  readonly #watchers = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs the etcd that a container's flags describe; one whose files are missing ends at once, as upstream's does. */
  start(context: EtcdContext): ComponentHandle {
    const { flags } = context;
    const missing = FILES.map((name) => flags.get(name)).find((path) => path !== undefined && !context.readFile(path));
    if (missing !== undefined) {
      context.log(
        JSON.stringify({
          level: 'fatal',
          ts: new Date(this.#clock.now()).toISOString().replace('Z', '000Z'),
          caller: 'etcdmain/etcd.go:198',
          msg: 'listener failed',
          error: `open ${missing}: no such file or directory`,
        }),
      );
      context.exited(1);
      return { stop: () => undefined, healthy: () => false };
    }
    const clientUrls = list(flags.get('listen-client-urls') ?? 'http://localhost:2379');
    const certificate = Buffer.from(context.readFile(flags.get('cert-file') ?? '') ?? []).toString();
    const member: Member = { clientUrls, certificate };
    this.#members.add(member);
    this.#tell();
    return {
      stop: () => {
        this.#members.delete(member);
        this.#tell();
      },
      healthy: () => true,
    };
  }

  /** Why a client gets no answer from any of these servers, as gRPC words it for the first; undefined when one answers. */
  refusal(servers: readonly string[], authority: string | undefined): string | undefined {
    const refusals = servers.map((server) => this.#refusalOf(server, authority));
    return refusals.includes(undefined) ? undefined : (refusals[0] ?? 'no servers are named');
  }

  /** Tells of every start and end of a member; returns what unsubscribes. */
  onChange(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #refusalOf(server: string, authority: string | undefined): string | undefined {
    const url = URL.canParse(server) ? new URL(server) : undefined;
    const address = url ? `${url.hostname}:${url.port}` : server;
    const listens = (at: string) => at.replace(/^\w+:\/\//, '').replace(/^0\.0\.0\.0:/, `${url?.hostname ?? ''}:`);
    const pairs = [...this.#members].flatMap((member) => member.clientUrls.map((at) => ({ member, at })));
    const found = pairs.find(({ at }) => listens(at) === address);
    if (!found) {
      return `transport: Error while dialing: dial tcp ${address}: connect: connection refused`;
    }
    if (url?.protocol !== new URL(found.at).protocol) return 'error reading server preface: EOF';
    const certificate = readCertificate(found.member.certificate);
    const ca = authority === undefined ? undefined : readCertificate(authority);
    if (url.protocol === 'https:' && ca && !(certificate?.checkIssued(ca) && certificate.verify(ca.publicKey))) {
      return 'transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate signed by unknown authority';
    }
    return undefined;
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher();
  }
}
