import type { JsonObject } from '../machinery/object.ts';
import type { TypeInfo } from '../machinery/type-info.ts';

/**
 * What upstream's decoder makes of a value of this type that nobody set. Pointers that are always on the wire stay out, for
 * checks and defaults to see that they are missing; the writer adds them as null.
 */
export function zeroValue(type: TypeInfo): unknown {
  switch (type.kind) {
    case 'struct': {
      const zero: JsonObject = {};
      for (const [name, field] of type.fields) if (field.always && !field.optional) zero[name] = zeroValue(field.type);
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
