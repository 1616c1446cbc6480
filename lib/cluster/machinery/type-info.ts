/**
 * What the machinery needs to know of a type of the API: enough to decode, patch, merge and print its values. The part
 * `schema` makes these from the facts (built-in kinds) and from CRDs' schemas; types refer to each other, also in circles.
 */
export interface TypeInfo {
  /**
   * `struct` has named fields, `map` any names; the rest are leaves. `raw` is any JSON value. Quantities, times and
   * durations are strings on the wire, `int-or-string` is either.
   */
  readonly kind: 'struct' | 'map' | 'list' | ScalarKind;
  /** The type's name as upstream's decoder prints it: `v1.PodSpec`, `[]string`, `int32`. */
  readonly goType: string;
  /** Fields of a struct by JSON name, in upstream's order on the wire; empty for all others. */
  readonly fields: ReadonlyMap<string, FieldInfo>;
  /** Type of the values of a map or a list; of the objects that a raw value may be, or be a list of. */
  readonly element?: TypeInfo;
  /** How server-side apply sees a list: one value, a set of scalars, or objects that `listKeys` tell apart. */
  readonly listType: 'atomic' | 'set' | 'map';
  readonly listKeys: readonly string[];
  /** Whether server-side apply sees a struct or map (or a raw value) as one value. */
  readonly atomic: boolean;
  /** Whether a struct keeps fields that it does not declare (custom resources). */
  readonly keepsUnknown: boolean;
  /** Whether values are those of a custom resource: pruned, but not checked against the type while decoding. */
  readonly custom: boolean;
}

export type ScalarKind =
  | 'string'
  | 'bool'
  | 'int32'
  | 'int64'
  | 'double'
  | 'bytes'
  | 'quantity'
  | 'time'
  | 'microtime'
  | 'duration'
  | 'int-or-string'
  | 'raw';

export interface FieldInfo {
  readonly name: string;
  readonly type: TypeInfo;
  readonly required: boolean;
  /** The value that the schema declares for an absent field; server-side apply uses it for list keys. */
  readonly default?: unknown;
  /** `merge`, `replace`, `retainKeys`: what strategic merge patch does with it. */
  readonly patchStrategy: readonly string[];
  readonly patchMergeKey?: string;
  /** The way to it through embedded structs, as decoding errors show it: `ProbeHandler.grpc`. */
  readonly goPath: string;
  /** Whether absent and zero differ (a pointer in upstream's types): `false` is then kept, else dropped. */
  readonly optional: boolean;
  /** Whether it is on the wire even when it is zero: as `{}`, `""`, `0`, `false` or null. */
  readonly always: boolean;
}

export const NO_FIELDS: ReadonlyMap<string, FieldInfo> = new Map();

/** Whether server-side apply looks into values of this type. */
export function isGranular(type: TypeInfo): boolean {
  if (type.kind === 'list') return type.listType !== 'atomic';
  return (type.kind === 'struct' || type.kind === 'map' || type.kind === 'raw') && !type.atomic;
}
