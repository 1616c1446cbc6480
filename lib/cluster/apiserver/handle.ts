import { uuid } from '../../kit/random.ts';
import type { ApiRequest, ApiResult, PatchType } from '../machinery/api-request.ts';
import type { JsonObject } from '../machinery/object.ts';
import { isJsonObject } from '../machinery/object.ts';
import { StatusError, badRequest, statusOf } from '../machinery/status-error.ts';
import type { UserInfo } from '../machinery/user.ts';
import type { Expected } from './body.ts';
import { decodeBody, parseBody, readBody } from './body.ts';
import type { Core } from './core.ts';
import { readJson } from '../schema/json-reader.ts';
import { fairnessHeaders } from './flow-control.ts';
import { authenticate, impersonated } from './identity.ts';
import { YAML_TYPE, negotiate, negotiateStream, objectMediaType } from './negotiation.ts';
import type { ApiServerOptions, Peer } from './options.ts';
import { isRegistered, otherPath } from './other-paths.ts';
import { execute, mustBeAllowed, noSuchMethod, noSuchResource, servedFor } from './pipeline.ts';
import type { ResourcePath } from './request-path.ts';
import { parseOptions, parsePath, verbOf } from './request-path.ts';
import { addWarnings, commonHeaders, pageNotFound, respond, respondError, respondText } from './respond.ts';
import type { Served } from './registry.ts';
import { represent } from './represent.ts';
import { rawSubresource } from './streams/index.ts';
import { readIncludeObject } from './table.ts';
import type { Lifetime } from './transport.ts';
import { watchStream } from './watch-stream.ts';

export type Handler = (request: Request, peer: Peer) => Promise<Response>;

/** Everything that serves one HTTP request. */
export interface Edge {
  core: Core;
  options: ApiServerOptions;
  lifetime: Lifetime;
}

/** An authenticated request for a resource, before anything of it was carried out. */
export interface ResourceRequest {
  request: Request;
  url: URL;
  path: ResourcePath;
  user: UserInfo;
  api: ApiRequest;
}

/** The whole HTTP API as a function. Every failure is an answer. */
export function createHandler(edge: Edge): Handler {
  const { core, lifetime } = edge;
  return async (request, peer) => {
    const headers = commonHeaders(uuid(core.random));
    try {
      if (lifetime.closed) throw new StatusError(503, 'ServiceUnavailable', 'apiserver is shutting down');
      return await serve(edge, request, peer, headers);
    } catch (err) {
      return respondError(request, err, headers);
    }
  };
}

async function serve(edge: Edge, request: Request, peer: Peer, headers: Headers): Promise<Response> {
  const { core, options } = edge;
  const url = new URL(request.url);
  const login = await authenticate(options, request, peer);
  const path = parsePath(url.pathname);
  if (path.kind === 'other') {
    const verb = request.method.toLowerCase();
    const user = impersonated(core, login, request, { verb, path: url.pathname });
    fairnessHeaders(core, { user, verb, path: url.pathname }, headers);
    mustReach(core, user, verb, url.pathname);
    return otherPath(request, url, core, options, headers);
  }
  const found = resourceRequest(core, login, request, url, path);
  const ofNamespace = path.resource === 'namespaces' && path.group === '' ? path.name : path.namespace;
  fairnessHeaders(
    core,
    { user: found.user, verb: found.api.verb, resource: { ...path, namespace: ofNamespace } },
    headers,
  );
  try {
    const response = await answerResource(edge, found, headers);
    core.requests.add(found.api, response.status);
    return response;
  } catch (err) {
    core.requests.add(found.api, statusOf(err)?.code ?? 500);
    throw err;
  }
}

async function answerResource(edge: Edge, found: ResourceRequest, headers: Headers): Promise<Response> {
  const { core } = edge;
  const { path } = found;
  mustBeAllowed(core, found.user, found.api);
  if (!core.registry.isServedVersion(path.group, path.version)) return unserved(core, path, headers);
  return serveResource(edge, found, headers);
}

/** Who asks for what, impersonation included. */
export function resourceRequest(
  core: Core,
  login: UserInfo,
  request: Request,
  url: URL,
  path: ResourcePath,
): ResourceRequest {
  const verb = verbOf(request.method, path, url.searchParams);
  if (!verb) throw noSuchMethod();
  const { group, version, resource, namespace, name, subresource } = path;
  const user = impersonated(core, login, request, { verb, group, resource, subresource, namespace, name });
  // Whether a list is allowed may depend on what it selects; all other options are read after that.
  const fieldSelector = url.searchParams.get('fieldSelector');
  const api: ApiRequest = {
    verb,
    group,
    version,
    resource,
    ...(subresource ? { subresource } : {}),
    ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}),
    ...(fieldSelector ? { options: { fieldSelector } } : {}),
  };
  return { request, url, path, user, api };
}

function mustReach(core: Core, user: UserInfo, verb: string, path: string): void {
  const decision = core.authorizer.authorize({ user, verb, path });
  if (decision.allowed) return;
  const why = `forbidden: User "${user.username}" cannot ${verb} path "${path}"`;
  throw new StatusError(403, 'Forbidden', decision.reason ? `${why}: ${decision.reason}` : why, {});
}

/** A group version that nothing serves, or one that an extension server should serve and does not. */
function unserved(core: Core, path: ResourcePath, headers: Headers): Response {
  const registered = isRegistered(core, path.group, path.version);
  return registered ? respondText(503, 'service unavailable\n', headers) : pageNotFound(headers);
}

async function serveResource(edge: Edge, found: ResourceRequest, headers: Headers): Promise<Response> {
  const { core } = edge;
  const { request, url, user, api } = found;
  const raw = rawSubresource(found.path);
  if (raw) {
    servedFor(core, api);
    return raw(edge, found, headers);
  }
  if (found.path.rest) throw noSuchResource();
  const served = servedFor(core, api);
  const accept = request.headers.get('accept');
  const representation = api.verb === 'watch' ? negotiateStream(accept) : negotiate(accept, isKept(served));
  const include = representation.as === 'Table' ? readIncludeObject(url.searchParams.get('includeObject')) : 'Metadata';
  const options = parseOptions(url.searchParams);
  if (api.name && api.verb === 'watch') options.fieldSelector = `metadata.name=${api.name}`;
  if (api.verb === 'watch') {
    const watching = { ...api, options };
    const body = watchStream(core, user, watching, representation, include, edge.lifetime, request.signal);
    headers.set('content-type', 'application/json');
    return new Response(body, { headers });
  }
  const warnings: string[] = [];
  let result: ApiResult;
  try {
    const complete = await withBody(core, found, { ...api, options }, (text) => void warnings.push(text));
    if (complete.patchType !== 'apply') options.fieldManager ??= managerOf(request.headers.get('user-agent'));
    result = await execute(core, user, complete, warnings);
  } finally {
    // A refusal carries them too.
    addWarnings(headers, warnings);
  }
  const object = represent(core, served, result.object, representation, include);
  return respond(request, result.code, object, representation, headers);
}

/** Whether there are objects of it: reviews and bindings are answered and forgotten, and nothing prints them. */
const isKept = ({ facts }: Served) => facts.verbs.some((verb) => verb !== 'create');

/** The manager of fields of a client that names none: the first part of its user agent. */
function managerOf(userAgent: string | null): string {
  const name = (userAgent ?? '').split('/')[0] ?? '';
  return name.slice(0, 128) || 'unknown';
}

const DELETE_OPTIONS = { group: 'meta.k8s.io', version: 'v1', kind: 'DeleteOptions' };

const PATCH_TYPES: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

/** Reads the body that the verb calls for. Throws 400, 413, 415. */
async function withBody(
  core: Core,
  found: ResourceRequest,
  api: ApiRequest,
  warn: (text: string) => void,
): Promise<ApiRequest> {
  const { request } = found;
  const contentType = request.headers.get('content-type');
  const served = servedFor(core, api);
  switch (api.verb) {
    case 'create':
    case 'update': {
      const mediaType = objectMediaType(contentType);
      const sub = served.facts.subresources?.find((s) => s.subresource === api.subresource);
      const kind = sub?.responseKind ?? served.facts.responseKind;
      const own = !kind.group && !kind.version;
      const expected = {
        kind: kind.kind,
        group: own ? api.group : kind.group,
        version: own ? api.version : kind.version,
        ...(served.custom && !sub?.responseKind.group ? { type: served.custom.type } : {}),
      };
      const body = await readBody(request);
      return {
        ...api,
        body: await decodeBody(body, mediaType, expected, api.options?.fieldValidation, warn),
      };
    }
    case 'patch': {
      const type = (contentType ?? '').split(';')[0]?.trim() ?? '';
      const patchType = PATCH_TYPES[type];
      if (patchType === 'strategic' && served.custom) throw strategicOfCustom();
      if (!patchType) throw new StatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
      const body = await readBody(request);
      return { ...api, patchType, body: await patchBody(body, patchType, served.resource) };
    }
    case 'delete':
    case 'deletecollection': {
      const body = await readBody(request);
      if (body.length === 0) return api;
      const read = await parseBody(body, objectMediaType(contentType), DELETE_OPTIONS);
      const { dryRun, ...wanted } = deleteOptions(read.value);
      // Upstream reads all options from the body where there is one.
      const options = { ...api.options, ...(dryRun ? { dryRun: dryRun as string[] } : {}) };
      return { ...api, options, body: wanted };
    }
    default:
      return api;
  }
}

/** Custom resources have no lists that could be merged by key. */
const strategicOfCustom = () =>
  new StatusError(
    415,
    'UnsupportedMediaType',
    'the body of the request was in an unknown format - accepted media types include: ' +
      'application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
  );

async function patchBody(body: Uint8Array, patchType: PatchType, expected: Expected): Promise<unknown> {
  if (patchType === 'apply') return (await parseBody(body, YAML_TYPE, expected)).value;
  const read = readJson(Buffer.from(body).toString());
  if (read.ok) return read.value;
  throw badRequest(patchType === 'json' ? `error decoding patch: ${read.error}` : read.error);
}

/** Checks the types of DeleteOptions, of which no facts are kept. */
function deleteOptions(value: unknown): JsonObject {
  if (!isJsonObject(value)) throw badRequest('the object provided is unrecognized (must be of type DeleteOptions)');
  const { gracePeriodSeconds, propagationPolicy, orphanDependents, preconditions, dryRun } = value;
  const wrong = (field: string, type: string) =>
    badRequest(`json: cannot unmarshal value into Go struct field DeleteOptions.${field} of type ${type}`);
  if (gracePeriodSeconds != null && !Number.isInteger(gracePeriodSeconds)) throw wrong('gracePeriodSeconds', 'int64');
  if (propagationPolicy != null && typeof propagationPolicy !== 'string') throw wrong('propagationPolicy', 'string');
  if (orphanDependents != null && typeof orphanDependents !== 'boolean') throw wrong('orphanDependents', 'bool');
  if (preconditions != null && !isJsonObject(preconditions)) throw wrong('preconditions', 'v1.Preconditions');
  if (dryRun != null && !Array.isArray(dryRun)) throw wrong('dryRun', '[]string');
  const options: JsonObject = { gracePeriodSeconds, propagationPolicy, orphanDependents, preconditions, dryRun };
  for (const key of Object.keys(options)) if (options[key] == null) delete options[key];
  return options;
}
