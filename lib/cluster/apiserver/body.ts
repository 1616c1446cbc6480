import { isJsonObject } from '../machinery/object.ts';
import type { JsonObject } from '../machinery/object.ts';
import type { GroupVersionKind } from '../machinery/resource.ts';
import { apiVersionOf, parseApiVersion } from '../machinery/resource.ts';
import { StatusError, badRequest } from '../machinery/status-error.ts';
import type { TypeInfo } from '../machinery/type-info.ts';
import { decode, fieldComplaints, strictDecodingError } from '../schema/decode.ts';
import { readJson } from '../schema/json-reader.ts';
import { builtInKind } from '../schema/lookup.ts';
import { PROTOBUF_TYPE, YAML_TYPE } from './negotiation.ts';
import { readProtobuf } from './protobuf-body.ts';
import { jsonOfYaml } from './yaml-text.ts';

/** Upstream's limit for a request's body. */
export const BODY_LIMIT = 3 * 1024 * 1024;

/** Reads a whole body; 413 when it is too large. */
export async function readBody(request: Request): Promise<Uint8Array> {
  if (!request.body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.length;
    if (size > BODY_LIMIT) {
      throw new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${BODY_LIMIT}`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The start of a body in an error: text when it looks like JSON, else hexadecimal. */
function summary(body: Uint8Array): string {
  if (body.length === 0) return '<empty>';
  const bytes = Buffer.from(body.subarray(0, 30));
  const shown = body[0] === 0x7b ? bytes.toString() : bytes.toString('hex');
  return body.length > 30 ? `${shown} ...` : shown;
}

/** The kind that a body is expected to hold. */
export interface Expected extends GroupVersionKind {
  /** Its type; absent for a built-in kind, whose type is looked up. */
  type?: TypeInfo;
}

/** A body that was read: its JSON value and what was written twice in it. */
export interface RawBody {
  value: unknown;
  duplicates: readonly string[];
}

const unrecognized = (kind: string, why: string, body: Uint8Array) =>
  badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why} (${summary(body)})`);

/** Reads a body as its media type says. Rejects with 400. */
export async function parseBody(body: Uint8Array, mediaType: string, expected: Expected): Promise<RawBody> {
  const { kind } = expected;
  if (mediaType === PROTOBUF_TYPE) return { value: readProtobuf(body, expected), duplicates: [] };
  const text = Buffer.from(body).toString();
  if (mediaType === YAML_TYPE) return { value: await readYaml(text, kind, body), duplicates: [] };
  const read = readJson(text);
  if (!read.ok) throw unrecognized(kind, `couldn't get version/kind; json parse error: ${read.error}`, body);
  return read;
}

async function readYaml(text: string, kind: string, body: Uint8Array): Promise<unknown> {
  // Clients send JSON under the name of YAML.
  const json = text.startsWith('{') ? readJson(text) : undefined;
  if (json?.ok) return json.value;
  const made = await jsonOfYaml(text);
  if (made.error === undefined) return JSON.parse(made.text);
  const why = made.error.split('\n')[0] ?? '';
  throw unrecognized(
    kind,
    `couldn't get version/kind; json parse error: error converting YAML to JSON: yaml: ${why}`,
    body,
  );
}

const cannotBeHandled = (from: GroupVersionKind, expected: Expected, why: string) =>
  badRequest(`${from.kind} in version "${from.version}" cannot be handled as a ${expected.kind}: ${why}`);

/** Upstream's package of a group's internal types: `core`, `rbac`, `apps`. */
const packageOf = (group: string) => (group === '' ? 'core' : (group.split('.')[0] ?? group));

function mustBeKind(value: JsonObject, expected: Expected): void {
  const { kind, apiVersion } = value;
  const wrongType = (field: string) =>
    badRequest(
      `the object provided is unrecognized (must be of type ${expected.kind}): couldn't get version/kind; json parse error: ` +
        `json: cannot unmarshal value into Go struct field .${field} of type string`,
    );
  if (kind !== undefined && kind !== null && typeof kind !== 'string') throw wrongType('kind');
  if (apiVersion !== undefined && apiVersion !== null && typeof apiVersion !== 'string') throw wrongType('apiVersion');
  const given = {
    kind: kind || expected.kind,
    ...(apiVersion ? parseApiVersion(apiVersion) : { group: expected.group, version: expected.version }),
  };
  if (given.kind === expected.kind && given.group === expected.group && given.version === expected.version) return;
  if (expected.type?.custom) {
    throw badRequest(
      given.kind === expected.kind
        ? `the API version in the data (${apiVersionOf(given)}) does not match the expected API version (${apiVersionOf(expected)})`
        : `unable to decode object: expected kind ${expected.kind}, but got ${given.kind}`,
    );
  }
  if (!builtInKind(given)) {
    const why = `no kind "${given.kind}" is registered for version "${apiVersionOf(given)}" in scheme "pkg/runtime/scheme.go:111"`;
    throw cannotBeHandled(given, expected, why);
  }
  if (given.kind === expected.kind && given.group === expected.group) {
    throw badRequest(
      `the API version in the data (${apiVersionOf(given)}) does not match the expected API version (${apiVersionOf(expected)})`,
    );
  }
  const why = `converting (${given.version}.${given.kind}) to (${packageOf(expected.group)}.${expected.kind}): unknown conversion`;
  throw cannotBeHandled(given, expected, why);
}

/**
 * Makes an object of a kind out of a body's value: checked, pruned and normalised as upstream's decoder does. What
 * `fieldValidation` (Warn unless given) makes of unknown and repeated fields is thrown (400) or warned of.
 */
export function decodeObject(
  raw: RawBody,
  expected: Expected,
  fieldValidation: string | undefined,
  warn: (text: string) => void,
): JsonObject {
  const { value } = raw;
  if (!isJsonObject(value)) {
    const why =
      "couldn't get version/kind; json parse error: json: cannot unmarshal value into Go value of type struct";
    throw badRequest(`the object provided is unrecognized (must be of type ${expected.kind}): ${why}`);
  }
  mustBeKind(value, expected);
  const type = expected.type ?? builtInKind(expected);
  if (!type) return value;
  const decoded = decode(type, value);
  if (!decoded.ok) throw cannotBeHandled(expected, expected, decoded.error);
  const complaints = fieldComplaints(decoded.unknown, raw.duplicates);
  if (complaints.length && fieldValidation === 'Strict') {
    throw cannotBeHandled(expected, expected, strictDecodingError(complaints));
  }
  if (fieldValidation !== 'Ignore') for (const complaint of complaints) warn(complaint);
  return decoded.object;
}

/** Reads and decodes a body in one go. */
export async function decodeBody(
  body: Uint8Array,
  mediaType: string,
  expected: Expected,
  fieldValidation: string | undefined,
  warn: (text: string) => void,
): Promise<JsonObject> {
  return decodeObject(await parseBody(body, mediaType, expected), expected, fieldValidation, warn);
}
