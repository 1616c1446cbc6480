import type { TypeInfo } from '../machinery/type-info.ts';
import { celFieldName } from './field-names.ts';
import { DYN, listOf, mapOf, STRING, type CelType } from './type.ts';

const LEAVES: Partial<Record<TypeInfo['kind'], CelType>> = {
  string: STRING,
  quantity: STRING,
  duration: STRING,
  bool: { kind: 'bool' },
  int32: { kind: 'int' },
  int64: { kind: 'int' },
  double: { kind: 'double' },
  bytes: { kind: 'bytes' },
  time: { kind: 'timestamp' },
  microtime: { kind: 'timestamp' },
};

const structs = new WeakMap<TypeInfo, CelType>();

function structType(type: TypeInfo): CelType {
  const known = structs.get(type);
  if (known) return known;
  let fields: Map<string, TypeInfo> | undefined;
  const made: CelType = {
    kind: 'object',
    name: type.goType,
    // Types refer to themselves: fields are looked at when they are asked for.
    field(name) {
      fields ??= new Map(
        [...type.fields.values()].flatMap(({ name: key, type: of }) => {
          const seen = celFieldName(key);
          return seen === undefined ? [] : [[seen, of] as const];
        }),
      );
      const found = fields.get(name);
      return found && celType(found);
    },
  };
  structs.set(type, made);
  return made;
}

/** What expressions see of the values of an API type (upstream: cel/common.SchemaDeclType). */
export function celType(type: TypeInfo): CelType {
  switch (type.kind) {
    case 'struct':
      return type.keepsUnknown ? DYN : structType(type);
    case 'list':
      return listOf(type.element ? celType(type.element) : DYN);
    case 'map':
      return mapOf(STRING, type.element ? celType(type.element) : DYN);
    default:
      return LEAVES[type.kind] ?? DYN;
  }
}
