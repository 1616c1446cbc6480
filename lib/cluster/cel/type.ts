/** A type of the Common Expression Language, as far as Kubernetes' expressions have them. */
export type CelType =
  | {
      kind:
        'dyn' | 'bool' | 'int' | 'uint' | 'double' | 'string' | 'bytes' | 'null' | 'timestamp' | 'duration' | 'type';
    }
  | { kind: 'list'; element: CelType }
  | { kind: 'map'; key: CelType; value: CelType }
  | { kind: 'optional'; of: CelType }
  /** Has named fields; `field` says the type of each, undefined for those that it lacks. */
  | { kind: 'object'; name: string; field(name: string): CelType | undefined }
  /** A type of a library, which only its functions look into. */
  | { kind: 'opaque'; name: string };

export const DYN: CelType = { kind: 'dyn' };
export const BOOL: CelType = { kind: 'bool' };
export const INT: CelType = { kind: 'int' };
export const STRING: CelType = { kind: 'string' };

export const listOf = (element: CelType): CelType => ({ kind: 'list', element });
export const mapOf = (key: CelType, value: CelType): CelType => ({ kind: 'map', key, value });

const NAMES: Readonly<Record<string, string>> = {
  null: 'null_type',
  timestamp: 'google.protobuf.Timestamp',
  duration: 'google.protobuf.Duration',
};

/** A type as compile errors print it: `list(string)`, `null_type`. */
export function showType(type: CelType): string {
  switch (type.kind) {
    case 'list':
      return `list(${showType(type.element)})`;
    case 'map':
      return `map(${showType(type.key)}, ${showType(type.value)})`;
    case 'optional':
      return `optional_type(${showType(type.of)})`;
    case 'object':
    case 'opaque':
      return type.name;
    default:
      return NAMES[type.kind] ?? type.kind;
  }
}

const NUMBERS = new Set(['int', 'uint', 'double']);
export const isNumber = (type: CelType): boolean => NUMBERS.has(type.kind);

/** Whether a value of one type may stand where the other is wanted; dyn stands everywhere. */
export function isAssignable(type: CelType, to: CelType): boolean {
  if (type.kind === 'dyn' || to.kind === 'dyn') return true;
  if (type.kind === 'list' && to.kind === 'list') return isAssignable(type.element, to.element);
  if (type.kind === 'map' && to.kind === 'map')
    return isAssignable(type.key, to.key) && isAssignable(type.value, to.value);
  if (type.kind === 'optional' && to.kind === 'optional') return isAssignable(type.of, to.of);
  // Null stands for an absent message or wrapper.
  if (type.kind === 'null') return ['null', 'object', 'opaque', 'timestamp', 'duration'].includes(to.kind);
  if (to.kind === 'null') return isAssignable(to, type);
  return showType(type) === showType(to);
}
