import { expect, test } from 'vitest';
import { FieldPath } from './field-path.ts';
import {
  cidrContains,
  cidrWarnings,
  formatAddress,
  ipWarnings,
  parseAddress,
  parseCidr,
  validIp,
} from './names-of-addresses.ts';
import { domainPrefixedPath } from './names-of-domains.ts';
import { nameIsDnsSubdomain, nameIsPathSegment } from './names-of-objects.ts';
import {
  configMapKey,
  dns1123Label,
  dns1123Subdomain,
  envVarName,
  labelValue,
  portName,
  qualifiedName,
} from './names.ts';

test('a label and a subdomain complain in upstream words', () => {
  expect(dns1123Label('web')).toEqual([]);
  expect(dns1123Label('a.b')).toEqual(['must not contain dots']);
  expect(dns1123Label('Web')).toEqual([
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
  ]);
  expect(dns1123Label('a'.repeat(64))).toEqual(['must be no more than 63 characters']);
  expect(dns1123Subdomain('Web_1')).toEqual([
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
  ]);
});

test('a qualified name names the part that is wrong', () => {
  expect(qualifiedName('example.com/ok')).toEqual([]);
  expect(qualifiedName('/none')).toEqual(['prefix part must be non-empty']);
  expect(qualifiedName('')[0]).toBe('name part must be non-empty');
  expect(qualifiedName('')).toHaveLength(2);
  expect(qualifiedName('a/b/c')[0]).toMatch(/^a valid label key must consist .* with an optional DNS subdomain prefix/);
  expect(qualifiedName('a'.repeat(64))).toEqual(['name part must be no more than 63 bytes']);
  expect(labelValue('')).toEqual([]);
  expect(labelValue('has space')[0]).toMatch(/^a valid label must be an empty string or consist/);
});

test('names of ports, keys and variables', () => {
  expect(portName('HTTP')).toEqual([
    'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
    'must contain at least one letter (a-z)',
  ]);
  expect(configMapKey('..')).toEqual([`must not be '..'`]);
  expect(envVarName('1 odd name')).toEqual([]);
  expect(envVarName('a=b')).toHaveLength(1);
});

test('names of objects: a generateName may end in a dash', () => {
  expect(nameIsDnsSubdomain('web-', true)).toEqual([]);
  expect(nameIsDnsSubdomain('web-', false)).toHaveLength(1);
  expect(nameIsPathSegment('team/reader', false)).toEqual([`may not contain '/'`]);
  expect(domainPrefixedPath(FieldPath.of('spec', 'controller'), 'nginx ctl')[0]?.message).toBe(
    'Invalid value: "nginx ctl": must be a domain-prefixed path (such as "acme.io/foo")',
  );
});

test('addresses', () => {
  const text = (s: string) => {
    const address = parseAddress(s);
    return address && formatAddress(address);
  };
  expect(text('10.96.0.1')).toBe('10.96.0.1');
  expect(text('2001:0db8:0:0:1:0:0:1')).toBe('2001:db8::1:0:0:1');
  expect(text('::')).toBe('::');
  expect(text('::ffff:1.2.3.4')).toBe('1.2.3.4');
  expect(text('1.2.3')).toBeUndefined();
  const at = FieldPath.of('spec');
  expect(validIp(at, '010.0.0.1')[0]?.message).toBe('Invalid value: "010.0.0.1": must not have leading 0s');
  expect(ipWarnings('spec.x', '010.0.0.1')[0]).toBe(
    'spec.x: non-standard IP address "010.0.0.1" is invalid: use "10.0.0.1"',
  );
  expect(cidrWarnings('spec.x', '10.0.0.1/8')[0]).toContain('(should be "10.0.0.0/8" or "10.0.0.1/32"?)');
  const block = parseCidr('10.96.0.0/12');
  const inside = parseAddress('10.111.255.255');
  expect(block && inside && cidrContains(block, inside)).toBe(true);
});
