import type { UserInfo } from '../../machinery/user.ts';
import { AUTHENTICATED_GROUP } from '../../machinery/user.ts';
import { statusOf } from '../../machinery/status-error.ts';
import { isJsonObject } from '../../machinery/object.ts';
import { apiVersionOf, parseApiVersion } from '../../machinery/resource.ts';
import { decode } from '../../schema/decode.ts';
import { builtInKind } from '../../schema/lookup.ts';
import { parseBody, readBody, type Expected } from '../body.ts';
import type { Edge, Handler } from '../handle.ts';
import { authenticate } from '../identity.ts';
import { objectMediaType, PROTOBUF_TYPE, YAML_TYPE } from '../negotiation.ts';
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
    sourceIp: auditor.address,
    ...(impersonated ? { impersonated } : {}),
    ...(userAgent ? { userAgent } : {}),
  };
  if (path.kind === 'other')
    return auditor.begin({ ...common, verb: request.method.toLowerCase(), path: url.pathname });
  const { group, version, resource, subresource, namespace, name } = path;
  const verb = verbOf(request.method, path, url.searchParams) ?? request.method.toLowerCase();
  return auditor.begin({ ...common, verb, group, version, resource, subresource, namespace, name });
}

const NO_KIND = { group: '', version: '', kind: '' };

/** The JSON of a request's or an answer's body, put in order by the kind's type where that is known. */
async function readObject(body: Uint8Array, mediaType: string, expected: Expected = NO_KIND): Promise<unknown> {
  const { value } = await parseBody(body, mediaType, expected);
  if (!isJsonObject(value)) return value;
  const { kind, apiVersion } = value;
  const named = typeof kind === 'string' && typeof apiVersion === 'string';
  const gvk = named ? { ...parseApiVersion(apiVersion), kind } : expected;
  const type = expected.type ?? builtInKind(gvk);
  const decoded = type && decode(type, value);
  const object = decoded?.ok ? decoded.object : value;
  return { ...object, kind: gvk.kind, apiVersion: apiVersionOf(gvk) };
}

/** What a request's body holds; undefined when that cannot be read, which the server says itself. */
async function bodyOf(request: Request, url: URL, edge: Edge): Promise<unknown> {
  const path = parsePath(url.pathname);
  const served = path.kind === 'resource' && edge.core.registry.find(path.group, path.version, path.resource);
  if (!served) return undefined;
  const contentType = (request.headers.get('content-type') ?? '').split(';')[0]?.trim() ?? '';
  try {
    const body = await readBody(request);
    if (!body.length) return undefined;
    if (contentType.includes('patch')) {
      const type = contentType.endsWith('yaml') ? YAML_TYPE : 'application/json';
      return (await parseBody(body, type, served.resource)).value;
    }
    const sub = served.facts.subresources?.find((s) => path.subresource === s.subresource);
    return await readObject(body, objectMediaType(contentType), sub?.responseKind ?? served.resource);
  } catch {
    return undefined;
  }
}

/** What an answer holds; undefined when it is no object. */
async function answerOf(response: Response): Promise<unknown> {
  const type = response.headers.get('content-type') ?? '';
  if (response.headers.has('content-encoding')) return undefined;
  try {
    if (type.startsWith('application/json')) return await response.json();
    if (!type.startsWith(PROTOBUF_TYPE)) return undefined;
    const body = new Uint8Array(await response.arrayBuffer());
    return await readObject(body, PROTOBUF_TYPE);
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
    entry.request(request.body ? await bodyOf(request.clone(), url, edge) : undefined);
    const response = await handle(request, peer);
    const path = parsePath(url.pathname);
    const isWatch = path.kind === 'resource' && verbOf(request.method, path, url.searchParams) === 'watch';
    if (isWatch && response.ok) return followed(response, entry);
    const object = entry.wantsResponse || !response.ok ? await answerOf(response.clone()) : undefined;
    entry.complete(response.status, object);
    return response;
  };
}
