import { invalid, required, tooLong, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import { dns1123Label, dns1123Subdomain } from '../../machinery/names.ts';

const MAX_DOMAIN = 253;

/** The complaints about the first part that is malformed. */
function firstBad(at: FieldPath, whole: string, check: (part: string) => string[]): FieldError[] {
  const bad = whole.split('.').find((part) => check(part).length > 0);
  if (bad === undefined) return [];
  return check(bad).map((m) => invalid(at, whole, `validating label ${JSON.stringify(bad)}: ${m}`));
}

/** `example.com/signer-name`. */
export function validateSignerName(at: FieldPath, name: string | undefined): FieldError[] {
  if (!name) return [required(at)];
  const [domain = '', path = '', ...rest] = name.split('/');
  if (!name.includes('/') || rest.length) {
    return [invalid(at, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'")];
  }
  return [
    ...(domain.length > MAX_DOMAIN ? [tooLong(at, MAX_DOMAIN)] : []),
    ...firstBad(at, domain, dns1123Label),
    ...(domain.includes('.')
      ? []
      : [invalid(at, domain, 'should be a domain with at least two segments separated by dots')]),
    ...firstBad(at, path, dns1123Subdomain),
  ];
}
