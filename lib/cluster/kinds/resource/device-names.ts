import { invalid, required, tooLong, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import { cIdentifier } from '../../machinery/names.ts';
import { validateCsiDriverName } from '../shared/csi-driver-name.ts';
import { complaints, subdomainName } from '../shared/field-rules.ts';

const MAX_POOL = 253;
const MAX_ID = 32;

/** The name of a pool: one or more subdomains, parted by slashes. */
export function validatePoolName(at: FieldPath, name: string): FieldError[] {
  if (!name) return [required(at)];
  return [
    ...(name.length > MAX_POOL ? [tooLong(at, MAX_POOL)] : []),
    ...name.split('/').flatMap((part) => subdomainName(at, part)),
  ];
}

const identifier = (at: FieldPath, id: string): FieldError[] => [
  ...(id.length > MAX_ID ? [tooLong(at, MAX_ID)] : []),
  ...complaints(at, id, cIdentifier(id)),
];

/** The name of an attribute or a capacity: `id`, or `domain/id`. */
export function validateQualifiedName(at: FieldPath, name: string): FieldError[] {
  const [first = '', second, ...rest] = name.split('/');
  if (rest.length) return [invalid(at, name, 'must not contain more than one slash')];
  if (second === undefined) return identifier(at, first);
  return [
    ...(first ? validateCsiDriverName(at, first) : [invalid(at, '', 'the domain must not be empty')]),
    ...(second ? identifier(at, second) : [invalid(at, '', 'the name must not be empty')]),
  ];
}

/** The name of an attribute, with its domain. */
export const validateFullyQualifiedName = (at: FieldPath, name: string): FieldError[] => [
  ...validateQualifiedName(at, name),
  ...(name.includes('/')
    ? []
    : [invalid(at, name, 'a fully qualified name must be a domain and a name separated by a slash')]),
];
