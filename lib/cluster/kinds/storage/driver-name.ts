import { required, tooLong, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import { dns1123Subdomain } from '../../machinery/names.ts';
import { complaints } from '../shared/field-rules.ts';

const MAX_LENGTH = 63;

/** The name of a CSI driver: a domain of 63 characters at most, in any case. */
export function validateDriverName(at: FieldPath, name: string | undefined): FieldError[] {
  if (!name) return [required(at)];
  return [
    ...(name.length > MAX_LENGTH ? [tooLong(at, MAX_LENGTH)] : []),
    ...complaints(at, name, dns1123Subdomain(name.toLowerCase())),
  ];
}
