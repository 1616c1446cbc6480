import type { X509Certificate } from 'node:crypto';
import type { Clock } from '../../kit/clock.ts';
import type { KubeObject } from '../machinery/object.ts';
import { AUTHENTICATED_GROUP, type UserInfo } from '../machinery/user.ts';
import { readCertificate } from './certificate-authority.ts';
import type { TokenCheck, TokenIssuer, TokenSubject } from './tokens.ts';

/** What authentication reads of the cluster, without authorization. */
export interface IdentityObjects {
  find(
    resource: 'serviceaccounts' | 'pods' | 'nodes' | 'secrets',
    namespace: string,
    name: string,
  ): KubeObject | undefined;
}

export interface AuthenticatorOptions {
  clock: Clock;
  /** `--client-ca-file`, PEM; read anew for each new certificate. */
  clientCa(): string | undefined;
  issuer: TokenIssuer;
  objects: IdentityObjects;
}

type Verdict = { user: UserInfo; audiences: readonly string[] } | { error: string };

/** A certificate that an authority has signed. `from` and `to`: its term, milliseconds. */
interface KnownClient {
  ca: string;
  user: UserInfo;
  from: number;
  to: number;
}

/** How many different certificates are remembered; a cluster sees a few dozen. */
const REMEMBERED = 256;

/** Finds out who a caller is: client certificates, service account tokens, bootstrap tokens. */
export class Authenticator {
  readonly #options: AuthenticatorOptions;
  /** By their text or bytes: the signature is checked once, the term each time. */
  readonly #known = new Map<string, KnownClient>();

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  /** The caller, or undefined when the credentials are not good. A certificate is tried before a token. */
  authenticate(credentials: { certificate?: Uint8Array | string; token?: string }): UserInfo | undefined {
    if (credentials.certificate) {
      const user = this.#byCertificate(credentials.certificate);
      if (user) return user;
    }
    if (!credentials.token) return undefined;
    const verdict = this.checkToken(credentials.token);
    return 'user' in verdict && verdict.audiences.includes(this.#options.issuer.issuer) ? verdict.user : undefined;
  }

  /** What a TokenReview answers: the user, and those audiences of the token that were asked for. */
  reviewToken(
    token: string,
    audiences: readonly string[],
  ): { user?: UserInfo; audiences?: readonly string[]; error?: string } {
    const verdict = this.checkToken(token);
    if ('error' in verdict) return { error: verdict.error };
    const wanted = audiences.length ? audiences : [this.#options.issuer.issuer];
    const common = verdict.audiences.filter((a) => wanted.includes(a));
    if (common.length) return { user: verdict.user, audiences: common };
    return {
      error: `[invalid bearer token, token audiences ${goList(verdict.audiences)} is invalid for the target audiences ${goList(wanted)}]`,
    };
  }

  /** Checks a token of any kind against what exists now. */
  checkToken(token: string): Verdict {
    return /^[a-z0-9]{6}\.[a-z0-9]{16}$/.test(token)
      ? this.#byBootstrapToken(token)
      : this.#byServiceAccountToken(token);
  }

  #byCertificate(certificate: Uint8Array | string): UserInfo | undefined {
    const ca = this.#options.clientCa();
    if (!ca) return undefined;
    // PEM texts and DER bytes of the same certificate are remembered apart: telling that would cost reading it.
    const key = typeof certificate === 'string' ? certificate : Buffer.from(certificate).toString('base64');
    let known = this.#known.get(key);
    if (known?.ca !== ca) {
      known = readClient(certificate, ca);
      if (!known) return undefined;
      if (this.#known.size >= REMEMBERED) this.#known.clear();
      this.#known.set(key, known);
    }
    const now = this.#options.clock.now();
    return known.from <= now && now <= known.to && known.user.username ? known.user : undefined;
  }

  #byServiceAccountToken(token: string): Verdict {
    const check: TokenCheck = this.#options.issuer.check(token, this.#options.clock.now());
    if (!check.ok) return { error: check.error };
    const { subject } = check;
    const { objects } = this.#options;
    const alive = (resource: Parameters<IdentityObjects['find']>[0], namespace: string, o: TokenSubject['pod']) =>
      !o || objects.find(resource, namespace, o.name)?.metadata.uid === o.uid;
    const kept = (name: string) => {
      const found = objects.find('secrets', subject.namespace, name) as
        { data?: Record<string, string>; metadata: { deletionTimestamp?: string } } | undefined;
      return !found?.metadata.deletionTimestamp && found?.data?.token === Buffer.from(token).toString('base64');
    };
    const fine =
      (subject.keptIn === undefined || kept(subject.keptIn)) &&
      alive('serviceaccounts', subject.namespace, subject.serviceAccount) &&
      alive('pods', subject.namespace, subject.pod) &&
      alive('secrets', subject.namespace, subject.secret) &&
      (subject.pod !== undefined || alive('nodes', '', subject.node));
    return fine ? check : { error: 'service account token has been invalidated' };
  }

  #byBootstrapToken(token: string): Verdict {
    const [id = '', secret = ''] = token.split('.');
    const found = this.#options.objects.find('secrets', 'kube-system', `bootstrap-token-${id}`) as
      { data?: Record<string, string>; type?: string; metadata: { deletionTimestamp?: string } } | undefined;
    const field = (name: string) => Buffer.from(found?.data?.[name] ?? '', 'base64').toString();
    const expired = field('expiration') !== '' && Date.parse(field('expiration')) < this.#options.clock.now();
    const usable =
      found?.type === 'bootstrap.kubernetes.io/token' &&
      !found.metadata.deletionTimestamp &&
      field('token-secret') === secret &&
      field('usage-bootstrap-authentication') === 'true' &&
      !expired;
    if (!usable) return { error: 'invalid bearer token' };
    const groups = field('auth-extra-groups').split(',').filter(Boolean);
    return {
      user: { username: `system:bootstrap:${id}`, groups: ['system:bootstrappers', ...groups, AUTHENTICATED_GROUP] },
      audiences: [this.#options.issuer.issuer],
    };
  }
}

const goList = (values: readonly string[]) => `[${values.map((v) => JSON.stringify(v)).join(' ')}]`;

/** Reads a certificate and checks who signed it; undefined when it is none of this authority's. */
function readClient(certificate: Uint8Array | string, ca: string): KnownClient | undefined {
  const [cert, authority] = [readCertificate(certificate), readCertificate(ca)];
  if (!cert || !authority || !cert.checkIssued(authority) || !cert.verify(authority.publicKey)) return undefined;
  return { ca, user: certificateUser(cert), from: Date.parse(cert.validFrom), to: Date.parse(cert.validTo) };
}

/** CommonName is the user, each Organization a group. */
function certificateUser(cert: X509Certificate): UserInfo {
  const parts = cert.subject.split('\n').map((line) => line.split(/=(.*)/s));
  const all = (key: string) => parts.filter(([k]) => k === key).map(([, v = '']) => v);
  const fingerprint = cert.fingerprint256.replaceAll(':', '').toLowerCase();
  return {
    username: all('CN').at(-1) ?? '',
    groups: [...all('O'), AUTHENTICATED_GROUP],
    extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${fingerprint}`] },
  };
}
