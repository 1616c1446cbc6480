import { isJsonObject } from '../object.ts';
import { NO_FIELDS, type TypeInfo } from '../type-info.ts';

/** How server-side apply walks a value: into a map's members, into a list's items, or not at all. */
export type Form = 'map' | 'list' | 'leaf';

/** A type for members that nothing is declared of: maps are looked into, all else is one value. */
export const UNDECLARED: TypeInfo = {
  kind: 'raw',
  goType: 'interface {}',
  fields: NO_FIELDS,
  listType: 'atomic',
  listKeys: [],
  atomic: false,
  keepsUnknown: true,
  custom: false,
};

/** The form of two values of a type (either may be absent); null fits any form. */
export function formOf(type: TypeInfo, a: unknown, b?: unknown): Form {
  if (type.atomic) return 'leaf';
  switch (type.kind) {
    case 'struct':
    case 'map':
      return fits(a, isJsonObject) && fits(b, isJsonObject) ? 'map' : 'leaf';
    case 'raw':
      return (isJsonObject(a) && fits(b, isJsonObject)) || (isJsonObject(b) && fits(a, isJsonObject)) ? 'map' : 'leaf';
    case 'list':
      return type.listType !== 'atomic' && fits(a, Array.isArray) && fits(b, Array.isArray) ? 'list' : 'leaf';
    default:
      return 'leaf';
  }
}

const fits = (value: unknown, is: (value: unknown) => boolean) => value === undefined || value === null || is(value);

/** The type of a member of a struct or map. */
export function memberType(type: TypeInfo, name: string): TypeInfo {
  return type.fields.get(name)?.type ?? (type.kind === 'map' ? type.element : undefined) ?? UNDECLARED;
}

/** Whether a member is a declared field, not a key of a map. */
export const isDeclared = (type: TypeInfo, name: string): boolean => type.fields.has(name);
