import { invalid, required, type FieldError } from './field-error.ts';
import type { FieldPath } from './field-path.ts';
import { dns1123Label, dns1123Subdomain, patternComplaint, qualifiedName } from './names.ts';

const PATH_PATTERN = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const PATH = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/;

const complaintsAt = (at: FieldPath, value: string, complaints: readonly string[]): FieldError[] =>
  complaints.map((complaint) => invalid(at, value, complaint));

/** `acme.io/path`: a domain and a path behind it. */
export function domainPrefixedPath(at: FieldPath, value: string): FieldError[] {
  if (value === '') return [required(at)];
  const slash = value.indexOf('/');
  if (slash <= 0 || slash === value.length - 1) {
    return [invalid(at, value, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  }
  const host = value.slice(0, slash);
  const path = value.slice(slash + 1);
  return [
    ...complaintsAt(at, host, dns1123Subdomain(host)),
    ...(PATH.test(path) ? [] : [invalid(at, path, patternComplaint('Invalid path', PATH_PATTERN))]),
  ];
}

/** `acme.io/key`: a domain and a name. */
export function domainPrefixedKey(at: FieldPath, value: string): FieldError[] {
  if (value === '') return [required(at)];
  const complaints = qualifiedName(value);
  if (complaints.length) return complaintsAt(at, value, complaints);
  return value.includes('/') ? [] : [invalid(at, value, 'must be a domain-prefixed key (such as "acme.io/foo")')];
}

/** A domain of three parts at least, as webhooks are named. */
export function fullyQualifiedName(at: FieldPath, value: string): FieldError[] {
  if (value === '') return [required(at)];
  const complaints = dns1123Subdomain(value);
  if (complaints.length) return [invalid(at, value, complaints.join(','))];
  return value.split('.').length < 3
    ? [invalid(at, value, 'should be a domain with at least three segments separated by dots')]
    : [];
}

/** A domain of two parts at least; a last dot is allowed. */
export function fullyQualifiedDomainName(at: FieldPath, value: string): FieldError[] {
  if (value === '') return [required(at)];
  const name = value.endsWith('.') ? value.slice(0, -1) : value;
  const complaints = dns1123Subdomain(name);
  if (complaints.length) return [invalid(at, name, complaints.join(','))];
  const labels = name.split('.');
  if (labels.length < 2) return [invalid(at, name, 'should be a domain with at least two segments separated by dots')];
  const bad = labels.find((label) => dns1123Label(label).length > 0);
  return bad === undefined ? [] : [invalid(at, bad, dns1123Label(bad).join(','))];
}
