import { StatusError, badRequest, unauthorized } from '../machinery/status-error.ts';
import type { UserInfo } from '../machinery/user.ts';
import { AUTHENTICATED_GROUP } from '../machinery/user.ts';
import type { Core } from './core.ts';
import type { ApiServerOptions, Peer } from './options.ts';
import { refusal } from './pipeline.ts';

const ANONYMOUS: UserInfo = { username: 'system:anonymous', groups: ['system:unauthenticated'] };
const UNAUTHENTICATED_GROUP = 'system:unauthenticated';

/** Who a request comes from. Throws 401. */
export async function authenticate(options: ApiServerOptions, request: Request, peer: Peer): Promise<UserInfo> {
  const header = request.headers.get('authorization') ?? '';
  const token = bearerToken(header) ?? websocketToken(request);
  if (!token && !peer.certificate) {
    if (!options.anonymousAuth) throw unauthorized();
    return ANONYMOUS;
  }
  const user = await options.authenticator.authenticate({
    ...(peer.certificate ? { certificate: peer.certificate } : {}),
    ...(token ? { token } : {}),
  });
  if (!user) throw unauthorized();
  return user;
}

function bearerToken(header: string): string | undefined {
  const m = /^bearer +(\S.*)$/i.exec(header.trim());
  return m?.[1];
}

/** Browsers cannot set headers on WebSockets: the token may be one of the sub-protocols. */
function websocketToken(request: Request): string | undefined {
  const prefix = 'base64url.bearer.authorization.k8s.io.';
  const protocols = (request.headers.get('sec-websocket-protocol') ?? '').split(',').map((p) => p.trim());
  const encoded = protocols.find((p) => p.startsWith(prefix))?.slice(prefix.length);
  return encoded ? Buffer.from(encoded, 'base64url').toString() : undefined;
}

interface Wish {
  group: string;
  resource: string;
  name: string;
  namespace?: string;
  subresource?: string;
}

/** The request as the constrained form of impersonation sees it: what would be done on behalf of the other. */
export interface Target {
  verb: string;
  path?: string;
  group?: string;
  resource?: string;
  subresource?: string;
  namespace?: string;
  name?: string;
}

const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

/**
 * Who the client wants to act as, when it may (`Impersonate-User` and its like). Throws 403 when it may not, 400 for headers
 * that make no sense.
 */
export function impersonated(core: Core, user: UserInfo, request: Request, target: Target): UserInfo {
  const username = request.headers.get('impersonate-user') ?? '';
  const groups = listHeader(request, 'impersonate-group');
  const uid = request.headers.get('impersonate-uid') ?? '';
  const extra = extraHeaders(request);
  if (!username) {
    if (!groups.length && !uid && !Object.keys(extra).length) return user;
    throw badRequest(`requested ${goUser(uid, groups, extra)} without impersonating a user name`);
  }
  const account = SERVICE_ACCOUNT.exec(username);
  const wishes: Wish[] = [
    account
      ? { group: '', resource: 'serviceaccounts', namespace: account[1] ?? '', name: account[2] ?? '' }
      : { group: '', resource: 'users', name: username },
    ...groups.map((name) => ({ group: '', resource: 'groups', name })),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map((name) => ({ group: 'authentication.k8s.io', resource: 'userextras', subresource: key, name })),
    ),
    ...(uid ? [{ group: 'authentication.k8s.io', resource: 'uids', name: uid }] : []),
  ];
  const decided = wishes.map((wish) => ({
    wish,
    decision: core.authorizer.authorize({ user, verb: 'impersonate', version: 'v1', ...wish }),
  }));
  const refused = decided.find((d) => !d.decision.allowed);
  if (refused) {
    if (!decided.some((d) => d.decision.allowed) && !core.impersonators.has(user.username))
      throw constrained(user, target);
    const { wish, decision } = refused;
    throw refusal(user, { verb: 'impersonate', version: 'v1', ...wish }, wish.namespace ?? '', decision.reason);
  }
  core.impersonators.add(user.username);
  return {
    username,
    groups: settledGroups(username, groups, account?.[1]),
    ...(uid ? { uid } : {}),
    ...(Object.keys(extra).length ? { extra } : {}),
  };
}

function constrained(user: UserInfo, target: Target): StatusError {
  const verb = `impersonate-on:user-info:${target.verb}`;
  if (target.path !== undefined) {
    return new StatusError(
      403,
      'Forbidden',
      `forbidden: User "${user.username}" cannot ${verb} path "${target.path}"`,
      {},
    );
  }
  const { group = '', resource = '', subresource = '', namespace = '', name = '' } = target;
  return refusal(
    user,
    { verb, group, version: '', resource, ...(subresource ? { subresource } : {}), name },
    namespace,
    '',
  );
}

/** A user without a name as Go prints it (`%#v`). */
function goUser(uid: string, groups: readonly string[], extra: Readonly<Record<string, readonly string[]>>): string {
  const list = (texts: readonly string[]) =>
    texts.length ? `[]string{${texts.map((t) => JSON.stringify(t)).join(', ')}}` : '[]string(nil)';
  const entries = Object.keys(extra)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${list(extra[key] ?? [])}`);
  const map = `map[string][]string${entries.length ? `{${entries.join(', ')}}` : '(nil)'}`;
  return `&user.DefaultInfo{Name:"", UID:${JSON.stringify(uid)}, Groups:${list(groups)}, Extra:${map}}`;
}

/** Adds the groups that a real login of that user would have. */
function settledGroups(username: string, groups: readonly string[], namespace: string | undefined): string[] {
  const all = [...groups];
  if (namespace && groups.length === 0) all.push('system:serviceaccounts', `system:serviceaccounts:${namespace}`);
  if (username === ANONYMOUS.username) {
    if (!all.includes(UNAUTHENTICATED_GROUP)) all.push(UNAUTHENTICATED_GROUP);
  } else if (!all.includes(AUTHENTICATED_GROUP) && !all.includes(UNAUTHENTICATED_GROUP)) {
    all.push(AUTHENTICATED_GROUP);
  }
  return all;
}

/** Node and fetch join repeated headers with commas; group names have none. */
function listHeader(request: Request, name: string): string[] {
  return (request.headers.get(name) ?? '')
    .split(',')
    .map((g) => g.trim())
    .filter((g) => g !== '');
}

function extraHeaders(request: Request): Record<string, string[]> {
  const extra: Record<string, string[]> = {};
  for (const [name, value] of request.headers) {
    if (!name.startsWith('impersonate-extra-')) continue;
    extra[decodeKey(name.slice('impersonate-extra-'.length))] = value.split(',').map((v) => v.trim());
  }
  return extra;
}

function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
