import { createHash } from 'node:crypto';
import type { JsonObject } from '../machinery/object.ts';
import { apiservices } from '../schema/generated/resources.ts';
import { storageKey } from '../store/keys.ts';
import { notSimulated } from '../machinery/status-error.ts';
import { staleGroupVersions } from './api-services.ts';
import type { Core } from './core.ts';
import {
  aggregated,
  apiGroupList,
  apiGroupOf,
  apiResourceList,
  apiVersions,
  discoveryPaths,
  wantsAggregated,
} from './discovery.ts';
import { HEALTH_PATHS, health } from './health.ts';
import { metricsText } from './metrics.ts';
import { openApiDocument } from './openapi.ts';
import { negotiate } from './negotiation.ts';
import type { ApiServerOptions } from './options.ts';
import { noSuchMethod } from './pipeline.ts';
import { goJson, pageNotFound, respond, respondText } from './respond.ts';

const AGGREGATED_TYPE = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** An answer whose form is the same for all clients: indented JSON. */
function respondFixed(object: JsonObject, headers: Headers): Response {
  headers.set('content-type', 'application/json');
  return new Response(goJson(object, 2), { headers });
}

function respondMetrics(text: string, headers: Headers): Response {
  headers.set('content-type', 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores');
  return new Response(text, { headers });
}

function respondAggregated(request: Request, core: Core, legacy: boolean, headers: Headers): Response {
  const text = goJson(aggregated(core.registry, legacy, staleGroupVersions(core)));
  const etag = `"${createHash('sha512').update(text).digest('hex').toUpperCase()}"`;
  headers.set('etag', etag);
  headers.set('vary', 'Accept');
  if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers });
  headers.set('content-type', AGGREGATED_TYPE);
  return new Response(`${text}\n`, { headers });
}

function discovery(request: Request, url: URL, core: Core, headers: Headers): Promise<Response> | Response | undefined {
  const [root, group, version, ...rest] = url.pathname
    .split('/')
    .slice(1)
    .filter((p) => p !== '');
  if (rest.length || (root !== 'api' && root !== 'apis')) return undefined;
  const legacy = root === 'api';
  const send = (object: JsonObject | undefined) => {
    if (!object) return pageNotFound(headers);
    const { mediaType, asVersion } = negotiate(request.headers.get('accept'));
    return respond(request, 200, object, { mediaType, asVersion }, headers);
  };
  if (group === undefined) {
    if (wantsAggregated(request.headers.get('accept'))) return respondAggregated(request, core, legacy, headers);
    return send(legacy ? apiVersions(url.host) : apiGroupList(core.registry));
  }
  if (legacy) return send(version === undefined ? apiResourceList(core.registry, '', group) : undefined);
  if (version === undefined) return send(apiGroupOf(core.registry, group));
  const list = apiResourceList(core.registry, group, version);
  if (!list && isRegistered(core, group, version)) return respondText(503, 'service unavailable\n', headers);
  return send(list);
}

/** Whether an extension server is registered for a group version (that nothing here serves). */
export function isRegistered(core: Core, group: string, version: string): boolean {
  return core.store.get(storageKey(apiservices, undefined, `${version}.${group}`)) !== undefined;
}

/** Answers a path that is no resource's; the caller may read it. */
export async function otherPath(
  request: Request,
  url: URL,
  core: Core,
  options: ApiServerOptions,
  headers: Headers,
): Promise<Response> {
  const { pathname } = url;
  const state = health(pathname, url.searchParams, core.store);
  if (state) return respondText(state.code, state.text, headers);
  const found = await discovery(request, url, core, headers);
  if (found && request.method !== 'GET' && request.method !== 'HEAD') throw noSuchMethod();
  if (found) return found;
  const document = openApiDocument(request, url, core, headers);
  if (document) return document;
  if (pathname.startsWith('/debug/')) throw notSimulated(`the API server's ${pathname}`);
  switch (pathname.replace(/\/$/, '')) {
    case '':
      return respondFixed({ paths: rootPaths(core) }, headers);
    case '/version':
      return respondFixed({ ...options.version }, headers);
    case '/metrics':
      return respondMetrics(metricsText(core, options.version), headers);
    case '/metrics/slis':
      return respondMetrics('', headers);
    case '/.well-known/openid-configuration':
      return respondOpenId(options, url, headers);
    case '/openid/v1/jwks':
      headers.set('content-type', 'application/jwk-set+json');
      return new Response(JSON.stringify(await options.tokens.jwks()), { headers });
    case '/flagz':
    case '/statusz':
    case '/logs':
      throw notSimulated(`the API server's ${pathname}`);
    default:
      return pageNotFound(headers);
  }
}

function respondOpenId(options: ApiServerOptions, url: URL, headers: Headers): Response {
  headers.set('content-type', 'application/json');
  const { issuer } = options.tokens;
  return new Response(
    JSON.stringify({
      issuer,
      jwks_uri: `https://${url.host}/openid/v1/jwks`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    }),
    { headers },
  );
}

function rootPaths(core: Core): string[] {
  return [
    '/.well-known/openid-configuration',
    ...discoveryPaths(core.registry),
    '/flagz',
    ...HEALTH_PATHS,
    '/metrics',
    '/metrics/slis',
    '/openapi/v2',
    '/openapi/v3',
    '/openapi/v3/',
    '/openid/v1/jwks',
    '/statusz',
    '/version',
  ].sort();
}
