import { isJsonObject, type JsonObject } from '../machinery/object.ts';
import { canonicalResource, quantityError } from '../machinery/quantity.ts';
import type { FieldInfo, TypeInfo } from '../machinery/type-info.ts';
import { parseGoTime, storedMicroTime, storedTime } from './go-time.ts';
import { zeroValue } from './zero-values.ts';

/** `unknown` are the paths of fields that the type does not have, in the order in which they were met. */
export type Decoded = { ok: true; object: JsonObject; unknown: readonly string[] } | { ok: false; error: string };

/** Upstream reports no more unknown fields than this. */
const MAX_UNKNOWN = 100;

/** A failure of a value that reads itself (a time, a quantity): it ends the decoding and wins over type errors. */
class ValueFault extends Error {}

interface Place {
  /** The type whose field is being read, and the way there through fields, as type errors name them. */
  struct: string;
  goPath: string;
  /** The way there as unknown fields name it, with indexes and keys. */
  path: string;
}

const ROOT: Place = { struct: '', goPath: '', path: '' };

const jsonKind = (value: unknown) =>
  Array.isArray(value)
    ? 'array'
    : typeof value === 'object'
      ? 'object'
      : typeof value === 'boolean'
        ? 'bool'
        : typeof value;

const goBaseName = (goType: string) => goType.slice(goType.lastIndexOf('.') + 1);

/** A standard base64 text; where upstream's decoder finds it wrong, the index of the byte. */
function base64Fault(text: string): number | undefined {
  const plain = text.replace(/[\r\n]/g, '');
  const bad = /[^A-Za-z0-9+/]/.exec(plain)?.index ?? plain.length;
  const tail = plain.slice(bad);
  const used = bad % 4;
  if (tail === '') return used === 0 ? undefined : plain.length - used;
  if (used >= 2 && tail === '='.repeat(4 - used)) return undefined;
  if (used === 2 && /^=[^=]/.test(tail)) return bad + 1;
  if (used >= 2 && tail.startsWith('='.repeat(4 - used))) return bad + 4 - used;
  if (used === 2 && tail === '=') return plain.length;
  return bad;
}

class Decoder {
  readonly unknown: string[] = [];
  #firstError: string | undefined;

  get error(): string | undefined {
    return this.#firstError;
  }

  #wrongType(what: string, goType: string, at: Place): undefined {
    this.#firstError ??= this.#wrongTypeText(what, goType, at);
    return undefined;
  }

  #wrongTypeText(what: string, goType: string, { struct, goPath }: Place): string {
    return goPath
      ? `json: cannot unmarshal ${what} into Go struct field ${struct}.${goPath} of type ${goType}`
      : `json: cannot unmarshal ${what} into Go value of type ${goType}`;
  }

  /** The value in its stored form; undefined for null and for what is wrong. */
  value(type: TypeInfo, value: unknown, at: Place): unknown {
    if (value === null || value === undefined) return undefined;
    switch (type.kind) {
      case 'struct':
        if (isJsonObject(value)) return this.struct(type, value, at);
        return type.custom ? value : this.#wrongType(jsonKind(value), type.goType, at);
      case 'map':
        if (isJsonObject(value)) return this.#map(type, value, at);
        return type.custom ? value : this.#wrongType(jsonKind(value), type.goType, at);
      case 'list':
        if (Array.isArray(value)) return this.#list(type, value, at);
        return type.custom ? value : this.#wrongType(jsonKind(value), type.goType, at);
      case 'raw':
        return type.element ? this.#alternative(type.element, value, at) : value;
      default:
        return type.custom ? value : this.#scalar(type, value, at);
    }
  }

  struct(type: TypeInfo, value: JsonObject, at: Place): JsonObject {
    const read = new Map<string, unknown>();
    const struct = goBaseName(type.goType);
    for (const name of Object.keys(value)) {
      const field = type.fields.get(name);
      const path = at.path ? `${at.path}.${name}` : name;
      if (!field) {
        if (type.keepsUnknown) read.set(name, value[name]);
        else if (this.unknown.length < MAX_UNKNOWN) this.unknown.push(path);
        continue;
      }
      const goPath = at.goPath ? `${at.goPath}.${field.goPath}` : field.goPath;
      const decoded = this.value(field.type, value[name], { struct, goPath, path });
      if (decoded !== undefined && !isDropped(field, decoded)) read.set(name, decoded);
      else if (type.custom && value[name] === null) read.set(name, null);
    }
    return inWireOrder(type, read);
  }

  /** An object of a type, a list of them, or something else. Upstream tells of no unknown fields in there. */
  #alternative(type: TypeInfo, value: unknown, at: Place): unknown {
    if (Array.isArray(value)) return value.map((v) => this.#alternative(type, v, at));
    if (!isJsonObject(value)) return value;
    const inner = new Decoder();
    const object = inner.struct(type, value, at);
    this.#firstError ??= inner.error;
    return object;
  }

  #map(type: TypeInfo, value: JsonObject, at: Place): JsonObject {
    const element = type.element;
    if (!element) return value;
    const result: JsonObject = {};
    const resources = type.goType.endsWith('ResourceList');
    for (const key of Object.keys(value)) {
      const path = at.path ? `${at.path}.${key}` : key;
      const decoded =
        this.value(element, value[key], { ...at, path }) ?? (type.custom ? value[key] : zeroElement(element));
      const stored = resources && typeof decoded === 'string' ? canonicalResource(decoded) : decoded;
      if (key === '__proto__') Object.defineProperty(result, key, { value: stored, enumerable: true });
      else result[key] = stored;
    }
    return result;
  }

  #list(type: TypeInfo, value: readonly unknown[], at: Place): unknown[] {
    const element = type.element;
    if (!element) return [...value];
    return value.map(
      (v, i) => this.value(element, v, { ...at, path: `${at.path}[${i}]` }) ?? (type.custom ? v : zeroElement(element)),
    );
  }

  #scalar(type: TypeInfo, value: unknown, at: Place): unknown {
    switch (type.kind) {
      case 'string':
        return typeof value === 'string' ? value : this.#wrongType(jsonKind(value), type.goType, at);
      case 'bool':
        return typeof value === 'boolean' ? value : this.#wrongType(jsonKind(value), type.goType, at);
      case 'int32':
      case 'int64':
        return this.#integer(type.goType, type.kind, value, at);
      case 'double':
        return typeof value === 'number' ? value : this.#wrongType(jsonKind(value), type.goType, at);
      case 'bytes':
        return this.#bytes(type, value, at);
      case 'quantity':
        return this.#quantity(value);
      case 'time':
      case 'microtime':
        return this.#time(type.kind, value, at);
      case 'duration':
        return typeof value === 'string' ? value : this.#abort(jsonKind(value), 'string', at);
      case 'int-or-string':
        return typeof value === 'string' ? value : this.#intOrString(value, at);
      default:
        return value;
    }
  }

  #integer(goType: string, kind: 'int32' | 'int64', value: unknown, at: Place): unknown {
    if (typeof value !== 'number') return this.#wrongType(jsonKind(value), goType, at);
    return isInteger(value, kind) ? value : this.#wrongType(`number ${value}`, goType, at);
  }

  #intOrString(value: unknown, at: Place): unknown {
    if (typeof value === 'number' && isInteger(value, 'int32')) return value;
    return this.#abort(typeof value === 'number' ? `number ${value}` : jsonKind(value), 'int32', at);
  }

  #bytes(type: TypeInfo, value: unknown, at: Place): unknown {
    if (typeof value !== 'string') return this.#wrongType(jsonKind(value), type.goType, at);
    const fault = base64Fault(value);
    if (fault === undefined) return /[\r\n]/.test(value) ? value.replace(/[\r\n]/g, '') : value;
    this.#firstError ??= `illegal base64 data at input byte ${fault}`;
    return undefined;
  }

  #quantity(value: unknown): string {
    const text =
      typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : JSON.stringify(value);
    const fault = quantityError(text);
    if (fault !== undefined) throw new ValueFault(fault);
    return text;
  }

  #time(kind: 'time' | 'microtime', value: unknown, at: Place): string {
    if (typeof value !== 'string') return this.#abort(jsonKind(value), 'string', at);
    const parsed = parseGoTime(value);
    if (!parsed.ok) throw new ValueFault(parsed.error);
    return kind === 'time' ? storedTime(parsed.ms) : storedMicroTime(parsed.ms, parsed.fraction);
  }

  #abort(what: string, goType: string, at: Place): never {
    throw new ValueFault(this.#wrongTypeText(what, goType, at));
  }
}

/** What null in a map or list becomes. Bytes come back from upstream's store as none, not as null. */
const zeroElement = (element: TypeInfo) => (element.kind === 'bytes' ? '' : zeroValue(element));

const isInteger = (value: number, kind: 'int32' | 'int64') =>
  Number.isInteger(value) && (kind === 'int32' ? value >= -(2 ** 31) && value < 2 ** 31 : Math.abs(value) <= 2 ** 63);

/** Whether upstream's encoder leaves a field out because its value is the zero one. */
function isDropped(field: FieldInfo, value: unknown): boolean {
  if (field.type.custom || field.always || field.optional) return false;
  if (value === '' || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return field.type.kind === 'map' && Object.keys(value as object).length === 0;
}

/** Puts fields into upstream's order and adds those that are never absent. Custom resources keep their order. */
function inWireOrder(type: TypeInfo, read: ReadonlyMap<string, unknown>): JsonObject {
  const result: JsonObject = {};
  for (const [name, field] of type.fields) {
    const value = read.get(name);
    if (value !== undefined) result[name] = value;
    else if (field.always && !field.optional) result[name] = zeroValue(field.type);
  }
  if (type.keepsUnknown) for (const [name, value] of read) if (!type.fields.has(name)) result[name] = value;
  return result;
}

/**
 * Decodes a JSON value as upstream's decoder for this type does: unknown fields and nulls are dropped, zero values that
 * upstream leaves out are too and those that it always writes are added, times become UTC, amounts in resource lists
 * canonical. Of several values of a wrong type the first is reported. The result shares raw parts with `value`.
 *
 *     decode(deployment, {spec: {replicas: '3'}}).error is
 *     'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32'
 */
export function decode(type: TypeInfo, value: unknown): Decoded {
  const decoder = new Decoder();
  try {
    const object = decoder.value(type, value, ROOT) ?? {};
    if (decoder.error !== undefined) return { ok: false, error: decoder.error };
    if (!isJsonObject(object))
      return { ok: false, error: `json: cannot unmarshal ${jsonKind(object)} into Go value of type ${type.goType}` };
    // Upstream prunes custom resources in no order and sorts what it pruned.
    const unknown = type.custom ? decoder.unknown.sort() : decoder.unknown;
    return { ok: true, object, unknown };
  } catch (err) {
    if (err instanceof ValueFault) return { ok: false, error: err.message };
    throw err;
  }
}

/** Why a value that is no object does not fit its type; undefined when it does. */
export function valueError(type: TypeInfo, value: unknown): string | undefined {
  const decoder = new Decoder();
  try {
    decoder.value(type, value, ROOT);
    return decoder.error;
  } catch (err) {
    if (err instanceof ValueFault) return err.message;
    throw err;
  }
}

/** What strict decoding says of unknown and repeated fields, each as a warning has it: `unknown field "spec.replica"`. */
export function fieldComplaints(unknown: readonly string[], duplicates: readonly string[] = []): string[] {
  return [
    ...unknown.map((path) => `unknown field ${JSON.stringify(path)}`),
    ...duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`),
  ];
}

/** The error of a strict request, after `Deployment in version "v1" cannot be handled as a Deployment: `. */
export const strictDecodingError = (complaints: readonly string[]): string =>
  `strict decoding error: ${complaints.join(', ')}`;
