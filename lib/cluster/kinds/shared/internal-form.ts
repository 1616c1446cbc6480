import { isJsonObject, type JsonObject } from '../../machinery/object.ts';
import { internalStructs } from './internal-structs.ts';
import { unifiedDiff } from './unified-diff.ts';

interface Field {
  name: string;
  json: string;
  type: string;
}

const layouts = new Map<string, Field[]>();

function layoutOf(struct: string): Field[] {
  let fields = layouts.get(struct);
  if (!fields) {
    fields = (internalStructs[struct] ?? '').split(' ').map((text) => {
      const [name = '', json = '', type = ''] = text.split(':');
      return { name, json, type };
    });
    layouts.set(struct, fields);
  }
  return fields;
}

function zeroOf(type: string): unknown {
  if (type === 'string') return '';
  if (type === 'int' || type === 'intstr') return 0;
  if (type === 'bool') return false;
  if (type === 'quantity') return '0';
  return null;
}

function sortedMap(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function valueOf(type: string, value: unknown): unknown {
  if (type.startsWith('*')) return value === undefined ? null : valueOf(type.slice(1), value);
  if (type.startsWith('[]')) return Array.isArray(value) ? value.map((v) => valueOf(type.slice(2), v)) : null;
  if (type in internalStructs) return structOf(type, isJsonObject(value) ? value : {});
  if (value === undefined) return zeroOf(type);
  return type === 'map' && isJsonObject(value) ? sortedMap(value) : value;
}

function structOf(struct: string, value: JsonObject): JsonObject {
  const out: JsonObject = {};
  for (const { name, json, type } of layoutOf(struct)) {
    if (name === '=meta') Object.assign(out, value.metadata);
    else if (name.startsWith('=')) Object.assign(out, structOf(name.slice(1), value));
    else out[name] = valueOf(type, value[json]);
  }
  return out;
}

/** The host settings stand in the security context of the internal PodSpec. */
const HOST_SETTINGS = ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'hostUsers'];

function withHostSettings(spec: JsonObject): JsonObject {
  const settings = Object.fromEntries(
    HOST_SETTINGS.filter((key) => spec[key] !== undefined).map((key) => [key, spec[key]]),
  );
  if (!spec.securityContext && Object.keys(settings).length === 0) return spec;
  return {
    ...spec,
    securityContext: { ...(isJsonObject(spec.securityContext) ? spec.securityContext : {}), ...settings },
  };
}

function prepared(struct: string, value: object): JsonObject {
  const object = { ...value } as JsonObject;
  if (struct === 'PodSpec') return withHostSettings(object);
  if (struct === 'PodTemplateSpec' && isJsonObject(object.spec))
    return { ...object, spec: withHostSettings(object.spec) };
  return object;
}

/**
 * A value as the API server's internal type prints it inside a message:
 * `internalForm('SeccompProfile', {type: 'Localhost'})` is `{Type: 'Localhost', LocalhostProfile: null}`.
 */
export function internalForm(struct: string, value: object | undefined): unknown {
  return value === undefined ? null : structOf(struct, prepared(struct, value));
}

/** The unified diff of two values' internal forms, as refusals of a change print it. */
export function internalDiff(struct: string, before: object, after: object): string {
  const text = (value: object) => JSON.stringify(internalForm(struct, value), null, 1);
  return unifiedDiff(text(before), text(after));
}
