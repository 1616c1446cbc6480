import { required, tooLong, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import { dns1123Subdomain } from '../../machinery/names.ts';
import { complaints } from './field-rules.ts';

const MAX = 63;

/** The name of a CSI driver: a domain, in any case. */
export function validateCsiDriverName(at: FieldPath, name: string): FieldError[] {
  if (name === '') return [required(at)];
  return [
    ...(name.length > MAX ? [tooLong(at, MAX)] : []),
    ...complaints(at, name, dns1123Subdomain(name.toLowerCase())),
  ];
}
