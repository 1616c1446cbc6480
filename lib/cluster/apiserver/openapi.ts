import type { CustomKindFacts } from '../schema/openapi/custom-document.ts';
import { createHash } from 'node:crypto';
import { customDefinitions, customDocument } from '../schema/openapi/custom-document.ts';
import { openApiIndex, openApiV2Text, openApiV3Index, openApiV3Text } from '../schema/openapi/served.ts';
import { StatusError } from '../machinery/status-error.ts';
import { KUBERNETES_VERSION } from '../schema/version.ts';
import type { Core } from './core.ts';
import { parseAccept } from './negotiation.ts';
import type { Served } from './registry.ts';

interface Document {
  text: string;
  hash: string;
}

/** Documents of custom group versions, made when they are asked for; kept as long as what they are made of. */
const made = new WeakMap<Served, Document>();

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
  for (const served of core.registry.all()) {
    if (!served.custom) continue;
    const path = `apis/${served.resource.group}/${served.resource.version}`;
    byPath.set(path, [...(byPath.get(path) ?? []), served]);
  }
  const documents = new Map<string, Document>();
  for (const [path, kinds] of byPath) {
    const [first] = kinds;
    if (!first) continue;
    const document = made.get(first) ?? customDocument(kinds.map(factsOf));
    made.set(first, document);
    documents.set(path, document);
  }
  return documents;
}

/** The last v2 document of each server, and the custom kinds that it was made of. */
const swaggers = new WeakMap<Core, Document & { of: readonly Served[] }>();

function swagger(core: Core): Document {
  const of = [...core.registry.all()].filter((served) => served.custom);
  const last = swaggers.get(core);
  if (last?.of.length === of.length && of.every((served, i) => served === last.of[i])) return last;
  const text = openApiV2Text(customDefinitions(of.map(factsOf)));
  const document = { of, text, hash: createHash('sha512').update(text).digest('hex').toUpperCase() };
  swaggers.set(core, document);
  return document;
}

function send(request: Request, text: string, hash: string | undefined, headers: Headers): Response {
  headers.set('content-type', 'application/json');
  headers.set('vary', 'Accept');
  if (hash) headers.set('etag', `"${hash}"`);
  if (hash && request.headers.get('if-none-match') === `"${hash}"`) return new Response(null, { status: 304, headers });
  return new Response(text, { headers });
}

const V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';

/** A field of a protobuf message that is a text or a message. */
const field = (number: number, content: Buffer) =>
  Buffer.concat([Buffer.of((number << 3) | 2, content.length), content]);

/**
 * The protobuf form of the v2 document, without paths and definitions: kubectl asks for it only to learn that a kind is not
 * among them (see its QueryParamVerifier), and takes its schemas from v3.
 */
function emptyV2Document(version: string): Buffer {
  const info = Buffer.concat([field(1, Buffer.from('Kubernetes')), field(2, Buffer.from(version))]);
  return Buffer.concat([field(1, Buffer.from('2.0')), field(2, info), field(8, Buffer.alloc(0))]);
}

/** Answers `/openapi/v2` and `/openapi/v3/…`; undefined for other paths. */
export function openApiDocument(request: Request, url: URL, core: Core, headers: Headers): Response | undefined {
  if (url.pathname === '/openapi/v2') {
    const ranges = parseAccept(request.headers.get('accept') ?? '');
    if (ranges.some((r) => r.type === V2_PROTOBUF)) {
      // Upstream answers with a point where the client asks with an at sign.
      headers.set('content-type', V2_PROTOBUF.replace('@', '.'));
      return new Response(new Uint8Array(emptyV2Document(KUBERNETES_VERSION)), { headers });
    }
    mustTakeJson(request);
    const { text, hash } = swagger(core);
    return send(request, text, hash, headers);
  }
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
