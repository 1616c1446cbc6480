import type { UserInfo } from '../../machinery/user.ts';
import { AUTHENTICATED_GROUP } from '../../machinery/user.ts';
import { statusOf } from '../../machinery/status-error.ts';
import { parseBody, readBody } from '../body.ts';
import type { Edge, Handler } from '../handle.ts';
import { authenticate } from '../identity.ts';
import { objectMediaType } from '../negotiation.ts';
import type { Peer } from '../options.ts';
import { parsePath, verbOf, type RequestPath } from '../request-path.ts';
import type { Auditor, AuditEntry } from './auditor.ts';

/** Who the client acts as, by its headers alone: whether it may is the server's to say. */
function impersonatedBy(headers: Headers): UserInfo | undefined {
  const username = headers.get('impersonate-user');
  if (!username) return undefined;
  const groups = (headers.get('impersonate-group') ?? '').split(',').flatMap((group) => group.trim() || []);
  return { username, groups: groups.includes(AUTHENTICATED_GROUP) ? groups : [...groups, AUTHENTICATED_GROUP] };
}

function entryOf(auditor: Auditor, user: UserInfo, request: Request, url: URL): AuditEntry | undefined {
  const path: RequestPath = parsePath(url.pathname);
  const impersonated = impersonatedBy(request.headers);
  const userAgent = request.headers.get('user-agent');
  const common = {
    user,
    uri: `${url.pathname}${url.search}`,
    // All that comes in over a socket comes through the sandbox's door.
    sourceIp: '127.0.0.1',
    ...(impersonated ? { impersonated } : {}),
    ...(userAgent ? { userAgent } : {}),
  };
  if (path.kind === 'other')
    return auditor.begin({ ...common, verb: request.method.toLowerCase(), path: url.pathname });
  const { group, version, resource, subresource, namespace, name } = path;
  const verb = verbOf(request.method, path, url.searchParams) ?? request.method.toLowerCase();
  return auditor.begin({ ...common, verb, group, version, resource, subresource, namespace, name });
}

/** What a request's body holds; undefined when that cannot be read, which the server says itself. */
async function bodyOf(request: Request, url: URL, edge: Edge): Promise<unknown> {
  const path = parsePath(url.pathname);
  if (path.kind !== 'resource') return undefined;
  const served = edge.core.registry.find(path.group, path.version, path.resource);
  const contentType = (request.headers.get('content-type') ?? '').split(';')[0]?.trim() ?? '';
  try {
    const body = await readBody(request);
    const expected = served?.resource ?? { group: path.group, version: path.version, kind: '' };
    const isPatch = contentType.includes('patch');
    const type = isPatch && !contentType.endsWith('yaml') ? 'application/json' : objectMediaType(contentType);
    return body.length ? (await parseBody(body, type, expected)).value : undefined;
  } catch {
    return undefined;
  }
}

async function answerOf(response: Response): Promise<unknown> {
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  if (!isJson || response.headers.has('content-encoding')) return undefined;
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

/** The answer of a watch, whose last event ends the entry. */
function followed(response: Response, entry: AuditEntry): Response {
  entry.started(response.status);
  const end = () => entry.complete(response.status);
  const body = response.body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({ flush: end, cancel: end } as Transformer<Uint8Array, Uint8Array>),
  );
  return new Response(body ?? null, { status: response.status, headers: response.headers });
}

/** Begins the entry of a request; undefined when its caller is nobody known, or nothing is to be written. */
export async function auditEntry(
  auditor: Auditor,
  edge: Edge,
  request: Request,
  peer: Peer,
): Promise<AuditEntry | undefined> {
  try {
    return entryOf(auditor, await authenticate(edge.options, request, peer), request, new URL(request.url));
  } catch (err) {
    if (statusOf(err)) return undefined;
    throw err;
  }
}

/** A handler whose requests are audited. */
export function auditedHandler(handle: Handler, edge: Edge, auditor: Auditor): Handler {
  return async (request, peer) => {
    const entry = await auditEntry(auditor, edge, request, peer);
    if (!entry) return handle(request, peer);
    const url = new URL(request.url);
    if (entry.wantsRequest) entry.request(await bodyOf(request.clone(), url, edge));
    const response = await handle(request, peer);
    const path = parsePath(url.pathname);
    const isWatch = path.kind === 'resource' && verbOf(request.method, path, url.searchParams) === 'watch';
    if (isWatch && response.ok) return followed(response, entry);
    const object = entry.wantsResponse || !response.ok ? await answerOf(response.clone()) : undefined;
    entry.complete(response.status, object);
    return response;
  };
}
