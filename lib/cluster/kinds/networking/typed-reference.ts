import { required, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import { nameIsPathSegment } from '../../machinery/names-of-objects.ts';
import type { TypedLocalObjectReference } from '../../schema/generated/types.ts';
import { complaints, subdomainName } from '../shared/field-rules.ts';

/** A reference by kind and name to an object of any group. */
export function validateTypedReference(
  { apiGroup, kind, name }: Partial<TypedLocalObjectReference>,
  at: FieldPath,
  complaint: (field: string) => string,
): FieldError[] {
  const segment = (field: 'kind' | 'name', value: string | undefined) =>
    value
      ? complaints(at.child(field), value, nameIsPathSegment(value, false))
      : [required(at.child(field), complaint(field))];
  return [
    ...(apiGroup === undefined || apiGroup === null ? [] : subdomainName(at.child('apiGroup'), apiGroup)),
    ...segment('kind', kind),
    ...segment('name', name),
  ];
}
