import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { uuid, type Random } from '../../kit/random.ts';
import { isJsonObject, type JsonObject } from '../machinery/object.ts';
import { serviceAccountUser, type UserInfo } from '../machinery/user.ts';

export const DEFAULT_ISSUER = 'https://kubernetes.default.svc.cluster.local';

/** An object that a token is bound to: the token dies with it. */
export interface BoundObject {
  name: string;
  uid: string;
}

export interface TokenSubject {
  namespace: string;
  serviceAccount: BoundObject;
  /** The Secret that a token that never expires must be in. */
  keptIn?: string;
  pod?: BoundObject;
  node?: BoundObject;
  secret?: BoundObject;
}

export interface TokenRequest extends TokenSubject {
  audiences: readonly string[];
  expirationSeconds: number;
  /** Adds `warnafter`, as tokens that replace the old never-ending ones have it. */
  warnAfterSeconds?: number;
}

/** Whose token a Secret is to hold. */
export interface SecretTokenRequest {
  namespace: string;
  serviceAccount: BoundObject;
  secret: string;
}

export type TokenCheck =
  { ok: true; user: UserInfo; audiences: readonly string[]; subject: TokenSubject } | { ok: false; error: string };

/** The issuer of the tokens in Secrets of type kubernetes.io/service-account-token, which never expire. */
const SECRET_ISSUER = 'kubernetes/serviceaccount';
const SECRET_CLAIM = 'kubernetes.io/serviceaccount/';

const base64url = (data: string | Uint8Array) => Buffer.from(data).toString('base64url');

/**
 * Service account tokens: RS256 JWTs with the claims of upstream's bound tokens. Signed synchronously by node:crypto, as
 * the admission of a pod must not wait; nothing but RS256 with this key is ever accepted.
 */
export class TokenIssuer {
  readonly issuer: string;
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  readonly #keyId: string;
  readonly #random: Random;

  constructor(privateKeyPem: string, random: Random, issuer: string = DEFAULT_ISSUER) {
    this.issuer = issuer;
    this.#random = random;
    this.#privateKey = createPrivateKey(privateKeyPem);
    this.#publicKey = createPublicKey(this.#privateKey);
    this.#keyId = base64url(
      createHash('sha256')
        .update(this.#publicKey.export({ type: 'spki', format: 'der' }))
        .digest(),
    );
  }

  /** The JSON Web Key Set that `/openid/v1/jwks` serves. */
  jwks(): JsonObject {
    const { n, e } = this.#publicKey.export({ format: 'jwk' });
    return { keys: [{ use: 'sig', kty: 'RSA', kid: this.#keyId, alg: 'RS256', n, e }] };
  }

  /** Signs a token that is good from `now` (milliseconds) for the seconds asked for. */
  issue(request: TokenRequest, now: number): { token: string; expiresAt: number } {
    const seconds = Math.floor(now / 1000);
    const reference = (o: BoundObject | undefined) => (o ? { name: o.name, uid: o.uid } : undefined);
    const claims = {
      aud: request.audiences,
      exp: seconds + request.expirationSeconds,
      iat: seconds,
      iss: this.issuer,
      jti: uuid(this.#random),
      'kubernetes.io': {
        namespace: request.namespace,
        node: reference(request.node),
        pod: reference(request.pod),
        secret: reference(request.secret),
        serviceaccount: reference(request.serviceAccount),
        warnafter: request.warnAfterSeconds === undefined ? undefined : seconds + request.warnAfterSeconds,
      },
      nbf: seconds,
      sub: `system:serviceaccount:${request.namespace}:${request.serviceAccount.name}`,
    };
    return { token: this.#sign(claims), expiresAt: (seconds + request.expirationSeconds) * 1000 };
  }

  /** Signs the token that a Secret holds: good as long as the Secret holds it. */
  issueForSecret({ namespace, serviceAccount, secret }: SecretTokenRequest): string {
    return this.#sign({
      iss: SECRET_ISSUER,
      [`${SECRET_CLAIM}namespace`]: namespace,
      [`${SECRET_CLAIM}secret.name`]: secret,
      [`${SECRET_CLAIM}service-account.name`]: serviceAccount.name,
      [`${SECRET_CLAIM}service-account.uid`]: serviceAccount.uid,
      sub: `system:serviceaccount:${namespace}:${serviceAccount.name}`,
    });
  }

  #sign(claims: JsonObject): string {
    const head = base64url(JSON.stringify({ alg: 'RS256', kid: this.#keyId }));
    const body = `${head}.${base64url(JSON.stringify(claims))}`;
    return `${body}.${base64url(sign('sha256', Buffer.from(body), this.#privateKey))}`;
  }

  /** Checks signature, issuer and term. Whether the bound objects still exist is the caller's to check. */
  check(token: string, now: number): TokenCheck {
    const [head = '', body = '', signature = '', ...rest] = token.split('.');
    const header = decode(head);
    const claims = decode(body);
    if (rest.length || !header || !claims || header.alg !== 'RS256')
      return { ok: false, error: 'invalid bearer token' };
    if (!verify('sha256', Buffer.from(`${head}.${body}`), this.#publicKey, Buffer.from(signature, 'base64url'))) {
      return { ok: false, error: 'invalid bearer token' };
    }
    if (claims.iss === SECRET_ISSUER) return this.#fromSecret(claims);
    const seconds = now / 1000;
    if (claims.iss !== this.issuer) return { ok: false, error: 'invalid bearer token' };
    if (typeof claims.exp !== 'number' || claims.exp < seconds)
      return { ok: false, error: 'service account token has expired' };
    if (typeof claims.nbf === 'number' && claims.nbf > seconds + 1)
      return { ok: false, error: 'service account token is not valid yet' };
    const subject = readSubject(claims['kubernetes.io']);
    if (!subject) return { ok: false, error: 'invalid bearer token' };
    const audiences = Array.isArray(claims.aud) ? claims.aud.filter((a): a is string => typeof a === 'string') : [];
    const { pod, node } = subject;
    const extra: Record<string, string[]> = {
      'authentication.kubernetes.io/credential-id': [`JTI=${String(claims.jti)}`],
    };
    if (node) extra['authentication.kubernetes.io/node-name'] = [node.name];
    if (node) extra['authentication.kubernetes.io/node-uid'] = [node.uid];
    if (pod) extra['authentication.kubernetes.io/pod-name'] = [pod.name];
    if (pod) extra['authentication.kubernetes.io/pod-uid'] = [pod.uid];
    const user = {
      ...serviceAccountUser(subject.namespace, subject.serviceAccount.name, subject.serviceAccount.uid),
      extra,
    };
    return { ok: true, user, audiences, subject };
  }

  #fromSecret(claims: JsonObject): TokenCheck {
    const claim = (name: string) => {
      const value = claims[`${SECRET_CLAIM}${name}`];
      return typeof value === 'string' ? value : '';
    };
    const [namespace, name, uid] = [claim('namespace'), claim('service-account.name'), claim('service-account.uid')];
    const user = serviceAccountUser(namespace, name, uid);
    if (claims.sub !== user.username) return { ok: false, error: 'invalid bearer token' };
    const subject = { namespace, serviceAccount: { name, uid }, keptIn: claim('secret.name') };
    return { ok: true, user, audiences: [this.issuer], subject };
  }
}

function decode(part: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function readSubject(claim: unknown): TokenSubject | undefined {
  if (!isJsonObject(claim) || typeof claim.namespace !== 'string') return undefined;
  const bound = (value: unknown): BoundObject | undefined =>
    isJsonObject(value) && typeof value.name === 'string'
      ? { name: value.name, uid: typeof value.uid === 'string' ? value.uid : '' }
      : undefined;
  const serviceAccount = bound(claim.serviceaccount);
  if (!serviceAccount) return undefined;
  const [pod, node, secret] = [bound(claim.pod), bound(claim.node), bound(claim.secret)];
  return {
    namespace: claim.namespace,
    serviceAccount,
    ...(pod && { pod }),
    ...(node && { node }),
    ...(secret && { secret }),
  };
}
