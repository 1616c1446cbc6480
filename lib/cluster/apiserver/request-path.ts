import type { RequestOptions, Verb } from '../machinery/api-request.ts';
import { badRequest } from '../machinery/status-error.ts';

/** What a URL is about: a resource, or some other path. */
export type RequestPath = ResourcePath | { kind: 'other'; path: string };

export interface ResourcePath {
  kind: 'resource';
  group: string;
  version: string;
  resource: string;
  namespace: string;
  name: string;
  subresource: string;
  /** What follows the subresource, as `proxy` has it: `/index.html`; '' when nothing does. */
  rest: string;
  /** The deprecated `/api/v1/watch/…`. */
  watchPrefix: boolean;
}

/** What may follow a namespace's name without being a resource in it. */
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest('invalid URL escape');
  }
}

/** Reads the path of a URL, still escaped. `/api/v1/namespaces/x/pods/y/log` is the log of pod y. */
export function parsePath(pathname: string): RequestPath {
  const other: RequestPath = { kind: 'other', path: pathname };
  const raw = pathname.split('/').slice(1);
  const parts = raw.map(decodeSegment);
  const legacy = parts[0] === 'api';
  const head = legacy ? 2 : 3;
  if ((!legacy && parts[0] !== 'apis') || parts.length <= head || parts[head] === '') return other;
  const group = legacy ? '' : (parts[1] ?? '');
  const version = parts[head - 1] ?? '';
  let at = head;
  const watchPrefix = parts[at] === 'watch';
  if (watchPrefix) at++;
  let namespace = '';
  if (parts[at] === 'namespaces' && parts[at + 1]) {
    namespace = parts[at + 1] ?? '';
    const next = parts[at + 2];
    if (next && !NAMESPACE_SUBRESOURCES.has(next)) at += 2;
  }
  const resource = parts[at] ?? '';
  if (resource === '') return other;
  const isNamespace = resource === 'namespaces';
  const rest = raw.slice(at + 3);
  return {
    kind: 'resource',
    group,
    version,
    resource,
    namespace: isNamespace ? '' : namespace,
    name: parts[at + 1] ?? '',
    subresource: parts[at + 2] ?? '',
    rest: rest.length ? `/${rest.join('/')}` : '',
    watchPrefix,
  };
}

/** Upstream's reading of a boolean parameter: present without a value is true. */
export function booleanParameter(query: URLSearchParams, name: string): boolean | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  return !(value.toLowerCase() === 'false' || value === '0');
}

function integerParameter(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null || value === '') return undefined;
  if (!/^[+-]?\d{1,18}$/.test(value))
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`);
  return Number(value);
}

/** The options that a query gives. Throws 400. */
export function parseOptions(query: URLSearchParams): RequestOptions {
  const options: Record<string, unknown> = {
    limit: integerParameter(query, 'limit'),
    timeoutSeconds: integerParameter(query, 'timeoutSeconds'),
    gracePeriodSeconds: integerParameter(query, 'gracePeriodSeconds'),
    allowWatchBookmarks: booleanParameter(query, 'allowWatchBookmarks'),
    sendInitialEvents: booleanParameter(query, 'sendInitialEvents'),
    force: booleanParameter(query, 'force'),
    orphanDependents: booleanParameter(query, 'orphanDependents'),
  };
  for (const name of [
    'labelSelector',
    'fieldSelector',
    'continue',
    'resourceVersion',
    'resourceVersionMatch',
    'fieldManager',
    'fieldValidation',
    'propagationPolicy',
  ]) {
    options[name] = query.get(name) || undefined;
  }
  const dryRun = query.getAll('dryRun').filter((d) => d !== '');
  if (dryRun.length) options['dryRun'] = dryRun;
  for (const key of Object.keys(options)) if (options[key] === undefined) delete options[key];
  return options;
}

/** The verb that a method means on a path, as permissions name it; undefined for a method without one. */
export function verbOf(method: string, path: ResourcePath, query: URLSearchParams): Verb | undefined {
  switch (method) {
    case 'GET':
    case 'HEAD':
      if (path.watchPrefix) return 'watch';
      if (path.name && !path.subresource) return booleanParameter(query, 'watch') ? 'watch' : 'get';
      if (path.name) return 'get';
      return booleanParameter(query, 'watch') ? 'watch' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return path.name ? 'delete' : 'deletecollection';
    case 'OPTIONS':
      // Only what is behind a proxy knows what to do with it.
      return path.subresource === 'proxy' ? 'get' : undefined;
    default:
      return undefined;
  }
}
