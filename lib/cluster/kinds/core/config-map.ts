import { deepEqual } from '../../../kit/deep.ts';
import { forbidden, invalid, tooLong, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { configMapKey } from '../../machinery/names.ts';
import { configmaps } from '../../schema/generated/resources.ts';
import type { ConfigMap } from '../../schema/generated/types.ts';
import { defineKind } from '../define.ts';
import { age, column, name } from '../shared/columns.ts';
import { complaints, entriesOf } from '../shared/field-rules.ts';

/** Of a ConfigMap's or Secret's data together, in bytes. */
export const MAX_DATA = 1024 * 1024;

export const decodedLength = (base64: string): number => Buffer.from(base64, 'base64').length;

function validate({ data, binaryData }: ConfigMap): FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const [key, value] of entriesOf(data)) {
    const at = FieldPath.of('data').key(key);
    errors.push(...complaints(at, key, configMapKey(key)));
    if (binaryData?.[key] !== undefined) errors.push(invalid(at, key, 'duplicate of key present in binaryData'));
    size += Buffer.byteLength(value);
  }
  for (const [key, value] of entriesOf(binaryData)) {
    errors.push(...complaints(FieldPath.of('binaryData').key(key), key, configMapKey(key)));
    size += decodedLength(value);
  }
  return size > MAX_DATA ? [...errors, tooLong(FieldPath.of(''), MAX_DATA)] : errors;
}

/** What an immutable ConfigMap or Secret refuses to change. */
export function immutableData<T extends { immutable?: boolean }>(
  now: T,
  old: T,
  fields: readonly (keyof T & string)[],
): FieldError[] {
  if (!old.immutable) return [];
  const why = 'field is immutable when `immutable` is set';
  const changed = fields.filter((field) => !deepEqual(now[field] ?? {}, old[field] ?? {}));
  return [
    ...(now.immutable ? [] : [forbidden(FieldPath.of('immutable'), why)]),
    ...changed.map((field) => forbidden(FieldPath.of(field), why)),
  ];
}

export const configMap = defineKind<ConfigMap>({
  resource: configmaps,
  validate,
  validateUpdate: (object, old) => [...immutableData(object, old, ['data', 'binaryData']), ...validate(object)],
  columns: [
    name(),
    column(
      'Data',
      'string',
      'How many keys it holds.',
      ({ data, binaryData }) => Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length,
    ),
    age(),
  ],
});
