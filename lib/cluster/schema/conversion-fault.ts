import { isJsonObject } from '../machinery/object.ts';
import type { TypeInfo } from '../machinery/type-info.ts';
import { valueError } from './decode.ts';

/** A JSON value's kind, as Go's reflection names it. */
function kindOf(value: unknown): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return Array.isArray(value) ? 'slice' : 'map';
}

const GO_KINDS: Readonly<Partial<Record<TypeInfo['kind'], string>>> = { double: 'float64' };

function scalarFault(type: TypeInfo, value: unknown): string | undefined {
  const [from, to] = [kindOf(value), GO_KINDS[type.kind] ?? type.kind];
  const [isNumber, wantsNumber] = [from === 'int64' || from === 'float64', /^(int|float)/.test(to)];
  if (from === to || (isNumber && (from === 'int64' ? wantsNumber : to === 'float64'))) return undefined;
  // Go converts a number to a text or another number, though not as JSON would have it.
  const converts = (from === 'int64' && to === 'string') || (isNumber && wantsNumber);
  return converts ? `cannot convert ${from} to ${type.goType}` : `unrecognized type: ${to}`;
}

function first<T>(items: Iterable<T>, faultOf: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const fault = faultOf(item);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/**
 * Why a patched object does not fit its type, in the words of upstream's converter of strategic merge patches, which differ
 * from those of its decoder; undefined when it fits. The first fault in the order of the type's fields.
 *
 *     conversionFault(deployment, {spec: {replicas: 'three'}}) is 'unrecognized type: int32'
 */
export function conversionFault(type: TypeInfo, value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  switch (type.kind) {
    case 'struct':
      if (!isJsonObject(value)) return `cannot restore struct from: ${kindOf(value)}`;
      return first(type.fields, ([name, field]) => conversionFault(field.type, value[name]));
    case 'map':
      if (!isJsonObject(value)) return `cannot restore map from ${kindOf(value)}`;
      return first(Object.keys(value).sort(), (key) => type.element && conversionFault(type.element, value[key]));
    case 'list':
      if (!Array.isArray(value)) return `cannot restore slice from ${kindOf(value)}`;
      return first(value as unknown[], (item) => type.element && conversionFault(type.element, item));
    case 'bytes': {
      if (typeof value !== 'string') return `cannot restore slice from ${kindOf(value)}`;
      const fault = valueError(type, value);
      return fault && `error decoding from json: ${fault}`;
    }
    case 'string':
    case 'bool':
    case 'int32':
    case 'int64':
    case 'double':
      return scalarFault(type, value);
    case 'raw':
      return undefined;
    default:
      return isJsonObject(value) || Array.isArray(value) ? undefined : valueError(type, value);
  }
}
