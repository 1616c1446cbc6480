import { createHash } from 'node:crypto';
import type { CustomKindFacts } from '../schema/openapi/custom-schema.ts';
import { customDefinitions, customDocument } from '../schema/openapi/custom-document.ts';
import {
  openApiIndex,
  openApiV2Bytes,
  openApiV2Text,
  openApiV3Index,
  openApiV3Text,
} from '../schema/openapi/served.ts';
import { StatusError } from '../machinery/status-error.ts';
import type { Core } from './core.ts';
import { parseAccept } from './negotiation.ts';
import type { Served } from './registry.ts';

interface Document {
  text: string;
  hash: string;
}

/** Documents of custom group versions by one of their kinds, made when they are asked for, with all that they are made of. */
const made = new WeakMap<Served, Document & { of: readonly Served[] }>();

const customKinds = (core: Core): Served[] => [...core.registry.all()].filter((served) => served.custom);

function factsOf({ resource, facts, custom }: Served): CustomKindFacts {
  const has = (name: string) => facts.subresources?.some((s) => s.subresource === name) ?? false;
  return {
    group: resource.group,
    version: resource.version,
    kind: resource.kind,
    listKind: custom?.listKind ?? `${resource.kind}List`,
    plural: resource.resource,
    namespaced: resource.namespaced,
    ...(custom?.schema ? { schema: custom.schema } : {}),
    status: has('status'),
    scale: has('scale'),
  };
}

function customDocuments(core: Core): Map<string, Document> {
  const byPath = new Map<string, Served[]>();
  for (const served of customKinds(core)) {
    const path = `apis/${served.resource.group}/${served.resource.version}`;
    byPath.set(path, [...(byPath.get(path) ?? []), served]);
  }
  const documents = new Map<string, Document>();
  for (const [path, of] of byPath) {
    const [first] = of;
    if (!first) continue;
    let document = made.get(first);
    if (document?.of.length !== of.length || of.some((served, i) => served !== document?.of[i])) {
      document = { ...customDocument(of.map(factsOf)), of };
      made.set(first, document);
    }
    documents.set(path, document);
  }
  return documents;
}

const hashOf = (body: string | Uint8Array) => createHash('sha512').update(body).digest('hex').toUpperCase();

function send(
  request: Request,
  body: string | Uint8Array,
  hash: string | undefined,
  headers: Headers,
  type = 'application/json',
): Response {
  headers.set('content-type', type);
  headers.set('vary', 'Accept');
  if (hash) headers.set('etag', `"${hash}"`);
  if (hash && request.headers.get('if-none-match') === `"${hash}"`) return new Response(null, { status: 304, headers });
  return new Response(typeof body === 'string' ? body : new Uint8Array(body), { headers });
}

/** Clients ask with an at sign; the answer has a point in its place. */
const V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

function v2Document(request: Request, core: Core, headers: Headers): Response {
  const custom = customDefinitions(customKinds(core).map(factsOf));
  const ranges = parseAccept(request.headers.get('accept') ?? '');
  if (ranges.some((r) => r.type.replace('@', '.') === V2_PROTOBUF)) {
    const bytes = openApiV2Bytes(custom);
    return send(request, bytes, hashOf(bytes), headers, V2_PROTOBUF);
  }
  mustTakeJson(request);
  const text = openApiV2Text(custom);
  return send(request, text, hashOf(text), headers);
}

/** Answers `/openapi/v2` and `/openapi/v3/…`; undefined for other paths. */
export function openApiDocument(request: Request, url: URL, core: Core, headers: Headers): Response | undefined {
  if (url.pathname === '/openapi/v2') return v2Document(request, core, headers);
  if (!url.pathname.startsWith('/openapi/v3')) return undefined;
  const path = url.pathname.slice('/openapi/v3'.length).replace(/^\/|\/$/g, '');
  const custom = customDocuments(core);
  if (path === '') {
    const hashes = { ...openApiIndex(), ...Object.fromEntries([...custom].map(([p, { hash }]) => [p, hash])) };
    return send(request, JSON.stringify(openApiV3Index(hashes)), undefined, headers);
  }
  const builtIn = openApiV3Text(path);
  if (builtIn !== undefined) {
    mustTakeJson(request);
    return send(request, builtIn, openApiIndex()[path], headers);
  }
  const document = custom.get(path);
  return document && send(request, document.text, document.hash, headers);
}

/** Only JSON is served here; a client that wants protobuf asks again. */
function mustTakeJson(request: Request): void {
  const accept = request.headers.get('accept');
  if (!accept || parseAccept(accept).some((r) => ['*/*', 'application/*', 'application/json'].includes(r.type))) return;
  throw new StatusError(406, 'NotAcceptable', '406: Not Acceptable\n\nAvailable representations: application/json', {});
}
