import { gzip } from 'node:zlib';
import { promisify } from 'node:util';
import { isJsonObject } from '../machinery/object.ts';
import type { JsonObject } from '../machinery/object.ts';
import { parseApiVersion } from '../machinery/resource.ts';
import { internalError, statusOf } from '../machinery/status-error.ts';
import { writeJson } from '../schema/json-writer.ts';
import { builtInKind } from '../schema/lookup.ts';
import type { Representation } from './negotiation.ts';
import { JSON_TYPE, PROTOBUF_TYPE, YAML_TYPE } from './negotiation.ts';
import { writeProtobuf } from './protobuf-body.ts';
import { yamlOfJson } from './yaml-text.ts';

/** Answers longer than this are compressed for clients that accept it, as upstream does. */
const GZIP_FROM = 128 * 1024;
const compress = promisify(gzip);

const UNSAFE = /[<>&\u2028\u2029]/g;
const unicodeEscape = (c: string) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** JSON as Go writes it (HTML characters escaped), with members in their own order. */
export function goJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent) ?? 'null';
  return UNSAFE.test(text) ? text.replace(UNSAFE, unicodeEscape) : text;
}

/** Kinds whose members this server itself puts in order. */
const ORDERED = new Set([
  'Status',
  'Table',
  'PartialObjectMetadata',
  'PartialObjectMetadataList',
  'APIGroup',
  'APIGroupList',
  'APIResourceList',
  'APIVersions',
]);

/** An object as upstream's encoder writes it, on one line. */
export function objectJson(object: JsonObject): string {
  const { kind, apiVersion } = object;
  if (typeof kind !== 'string' || ORDERED.has(kind) || typeof apiVersion !== 'string') return goJson(object);
  const type = builtInKind({ ...parseApiVersion(apiVersion), kind });
  return writeJson(type, type && Array.isArray(object['items']) ? withoutItemNames(object, object['items']) : object);
}

/** In lists of built-in kinds the items do not say what they are. */
function withoutItemNames(list: JsonObject, items: readonly unknown[]): JsonObject {
  const bare = items.map((item) => (isJsonObject(item) ? { ...item, kind: undefined, apiVersion: undefined } : item));
  return { ...list, items: bare };
}

/** Whether a client wants its JSON indented: it asks for it, or a person is reading. */
export function wantsPretty(request: Request): boolean {
  const pretty = new URL(request.url).searchParams.get('pretty');
  if (pretty !== null) return pretty !== 'false' && pretty !== '0';
  return /^(curl|Wget|Mozilla\/5\.0)/.test(request.headers.get('user-agent') ?? '');
}

async function serialize(
  object: JsonObject,
  representation: Representation,
  pretty: boolean,
): Promise<{ type: string; body: string | Uint8Array }> {
  if (representation.mediaType === PROTOBUF_TYPE) {
    const bytes = writeProtobuf(object);
    if (bytes) return { type: PROTOBUF_TYPE, body: bytes };
  }
  const json = objectJson(object);
  if (representation.mediaType === YAML_TYPE) {
    const made = await yamlOfJson(json);
    if (made.error !== undefined) throw internalError(made.error);
    return { type: YAML_TYPE, body: made.text };
  }
  return { type: JSON_TYPE, body: pretty ? goJson(JSON.parse(json), 2) : `${json}\n` };
}

/** A `Warning` header's value: 299, no agent, the text quoted. */
const warningValue = (text: string) =>
  Buffer.from(`299 - "${text.replace(/[\\"]/g, '\\$&').replace(/[\r\n\t]/g, ' ')}"`).toString('latin1');

/** The headers that every answer has. */
export const commonHeaders = (auditId: string): Headers =>
  new Headers({ 'audit-id': auditId, 'cache-control': 'no-cache, private' });

/** Adds what the client is to be warned of. */
export function addWarnings(headers: Headers, warnings: readonly string[]): void {
  for (const warning of new Set(warnings)) headers.append('warning', warningValue(warning));
}

/** An object as the answer to a request. */
export async function respond(
  request: Request,
  code: number,
  object: JsonObject,
  representation: Representation,
  headers: Headers,
): Promise<Response> {
  const { type, body } = await serialize(object, representation, wantsPretty(request));
  headers.set('content-type', type);
  if (body.length > GZIP_FROM && /\bgzip\b/.test(request.headers.get('accept-encoding') ?? '')) {
    headers.set('content-encoding', 'gzip');
    headers.set('vary', 'Accept-Encoding');
    return new Response(new Uint8Array(await compress(body, { level: 1 })), { status: code, headers });
  }
  return new Response(typeof body === 'string' ? body : new Uint8Array(body), { status: code, headers });
}

/** An error as a Status, always readable as JSON. What is no StatusError is an internal error. */
export function respondError(request: Request, err: unknown, headers: Headers): Promise<Response> {
  const status = statusOf(err) ?? internalError(err instanceof Error ? err.message : String(err)).status;
  const retry = status.details?.retryAfterSeconds;
  if (retry) headers.set('retry-after', String(retry));
  return respond(request, status.code, { ...status }, { mediaType: JSON_TYPE, asVersion: 'v1' }, headers);
}

/** Plain text, as the health checks and unknown paths answer. */
export function respondText(code: number, text: string, headers: Headers): Response {
  headers.set('content-type', 'text/plain; charset=utf-8');
  headers.set('x-content-type-options', 'nosniff');
  return new Response(text, { status: code, headers });
}

export const pageNotFound = (headers: Headers): Response => respondText(404, '404 page not found\n', headers);
