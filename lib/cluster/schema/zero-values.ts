import { isJsonObject, type JsonObject } from '../machinery/object.ts';
import type { TypeInfo } from '../machinery/type-info.ts';

/** What upstream's encoder writes for a value of this type that nobody set. */
export function zeroValue(type: TypeInfo): unknown {
  switch (type.kind) {
    case 'struct': {
      const zero: JsonObject = {};
      for (const [name, field] of type.fields) if (field.always) zero[name] = zeroValue(field.type);
      return zero;
    }
    case 'string':
      return '';
    case 'duration':
      return '0s';
    case 'quantity':
      return '0';
    case 'bool':
      return false;
    case 'int32':
    case 'int64':
    case 'double':
    case 'int-or-string':
      return 0;
    default:
      return null;
  }
}

/**
 * Adds to an object, in place, what upstream always writes (`resources: {}`, `status: {}`), for objects that were not
 * decoded but built by code. Idempotent; fields that have a value are looked into.
 */
export function addZeroValues(type: TypeInfo, draft: JsonObject): void {
  for (const [name, field] of type.fields) {
    const value = draft[name];
    if (value === undefined) {
      if (field.always) draft[name] = zeroValue(field.type);
      continue;
    }
    visit(field.type, value);
  }
}

function visit(type: TypeInfo, value: unknown): void {
  if (type.kind === 'struct' && isJsonObject(value)) addZeroValues(type, value);
  else if (type.kind === 'list' && type.element?.kind === 'struct' && Array.isArray(value)) {
    for (const v of value) visit(type.element, v);
  } else if (type.kind === 'map' && type.element?.kind === 'struct' && isJsonObject(value)) {
    for (const v of Object.values(value)) visit(type.element, v);
  }
}
