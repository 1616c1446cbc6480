import { invalid, type FieldError } from './field-error.ts';
import type { FieldPath } from './field-path.ts';

/** An IP address as a number; `4` also for an IPv4 address that was written inside IPv6. */
export interface Address {
  family: 4 | 6;
  value: bigint;
}

export interface Cidr {
  /** As written, host bits included. */
  address: Address;
  prefix: number;
}

function parseIpv4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    if (!/^\d{1,}$/.test(part) || Number(part) > 255) return undefined;
    value = (value << 8n) | BigInt(Number(part));
  }
  return value;
}

function parseIpv6(text: string): bigint | undefined {
  let source = text;
  const lastColon = source.lastIndexOf(':');
  if (source.includes('.')) {
    const tail = parseIpv4(source.slice(lastColon + 1));
    if (tail === undefined || lastColon < 0) return undefined;
    source = `${source.slice(0, lastColon + 1)}${(tail >> 16n).toString(16)}:${(tail & 0xffffn).toString(16)}`;
  }
  const halves = source.split('::');
  if (halves.length > 2) return undefined;
  const groups = (half: string) => (half === '' ? [] : half.split(':'));
  const left = groups(halves[0] ?? '');
  const right = groups(halves[1] ?? '');
  const missing = 8 - left.length - right.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...left, ...Array<string>(missing).fill('0'), ...right];
  if (!all.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return all.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

const MAPPED = 0xffffn << 32n;

/** Reads an address as forgivingly as upstream does: leading zeros in IPv4 are decimal. */
export function parseAddress(text: string): Address | undefined {
  if (!text.includes(':')) {
    const value = parseIpv4(text);
    return value === undefined ? undefined : { family: 4, value };
  }
  const value = parseIpv6(text);
  if (value === undefined) return undefined;
  return value >> 32n === MAPPED >> 32n ? { family: 4, value: value & 0xffffffffn } : { family: 6, value };
}

/** The canonical text: `10.96.0.1`, `2001:db8::1` (RFC 5952). */
export function formatAddress({ family, value }: Address): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (groups[start + length] === '0') length++;
    if (length > best.length) best = { start, length };
  }
  if (best.start < 0) return groups.join(':');
  return `${groups.slice(0, best.start).join(':')}::${groups.slice(best.start + best.length).join(':')}`;
}

const bits = (family: 4 | 6) => (family === 4 ? 32 : 128);

export function parseCidr(text: string): Cidr | undefined {
  const [host = '', prefixText = '', ...rest] = text.split('/');
  const address = parseAddress(host);
  if (!address || rest.length || !/^\d{1,3}$/.test(prefixText)) return undefined;
  const prefix = Number(prefixText);
  return prefix <= bits(address.family) ? { address, prefix } : undefined;
}

/** The first address of a block. */
export function networkAddress({ address, prefix }: Cidr): Address {
  const hostBits = BigInt(bits(address.family) - prefix);
  return { family: address.family, value: (address.value >> hostBits) << hostBits };
}

/** How many addresses a block has. */
export const cidrSize = ({ address, prefix }: Cidr): bigint => 1n << BigInt(bits(address.family) - prefix);

/** `10.96.0.0/12`. */
export const formatCidr = (cidr: Cidr): string => `${formatAddress(networkAddress(cidr))}/${cidr.prefix}`;

export function cidrContains(cidr: Cidr, address: Address): boolean {
  const hostBits = BigInt(bits(cidr.address.family) - cidr.prefix);
  return address.family === cidr.address.family && address.value >> hostBits === cidr.address.value >> hostBits;
}

export const IP_COMPLAINT = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
export const CIDR_COMPLAINT = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

const leadingZero = (text: string) => !text.includes(':') && /(^|\.)0\d/.test(text);
const mappedInIpv6 = (text: string, address: Address) => text.includes(':') && address.family === 4;

/** Upstream's check of the fields that existed before IP addresses had to be canonical. */
export function validIp(at: FieldPath, value: string): FieldError[] {
  const address = parseAddress(value);
  if (!address) return [invalid(at, value, IP_COMPLAINT)];
  if (leadingZero(value)) return [invalid(at, value, 'must not have leading 0s')];
  return mappedInIpv6(value, address) ? [invalid(at, value, 'must not be an IPv4-mapped IPv6 address')] : [];
}

/** The same for blocks. */
export function validCidr(at: FieldPath, value: string): FieldError[] {
  const cidr = parseCidr(value);
  const host = value.split('/')[0] ?? '';
  if (!cidr) return [invalid(at, value, CIDR_COMPLAINT)];
  const errors: FieldError[] = [];
  if (leadingZero(host) || /\/0\d/.test(value))
    errors.push(invalid(at, value, 'must not have leading 0s in IP or prefix length'));
  else if (mappedInIpv6(host, cidr.address))
    errors.push(invalid(at, value, 'must not have an IPv4-mapped IPv6 address'));
  if (networkAddress(cidr).value !== cidr.address.value) {
    errors.push(invalid(at, value, 'must not have bits set beyond the prefix length'));
  }
  return errors;
}

const canonicalForm = (at: FieldPath, value: string, canonical: string) =>
  canonical === value ? [] : [invalid(at, value, `must be in canonical form (${JSON.stringify(canonical)})`)];

/** Upstream's check of newer fields, whose addresses must be canonical. */
export function validCanonicalIp(at: FieldPath, value: string): FieldError[] {
  const errors = validIp(at, value);
  const address = parseAddress(value);
  return errors.length || !address ? errors : canonicalForm(at, value, formatAddress(address));
}

/** The same for blocks. */
export function validCanonicalCidr(at: FieldPath, value: string): FieldError[] {
  const errors = validCidr(at, value);
  const cidr = parseCidr(value);
  return errors.length || !cidr ? errors : canonicalForm(at, value, formatCidr(cidr));
}

/** Whether Go's stricter parser would refuse an address that the forgiving one takes. */
const nonStandard = (text: string) => leadingZero(text) || (text.includes(':') && parseAddress(text)?.family === 4);

/** What the API warns of an address in an unusual form. */
export function ipWarnings(at: string, value: string): string[] {
  const address = parseAddress(value);
  if (!address) return [];
  const canonical = formatAddress(address);
  if (nonStandard(value)) {
    return [`${at}: non-standard IP address ${JSON.stringify(value)} is invalid: use ${JSON.stringify(canonical)}`];
  }
  if (address.family === 6 && canonical !== value) {
    return [
      `${at}: IPv6 address ${JSON.stringify(value)} should be in RFC 5952 canonical format (${JSON.stringify(canonical)})`,
    ];
  }
  return [];
}

/** What the API warns of a block in an unusual form. */
export function cidrWarnings(at: string, value: string): string[] {
  const cidr = parseCidr(value);
  if (!cidr) return [];
  const canonical = formatCidr(cidr);
  const warnings: string[] = [];
  if (networkAddress(cidr).value !== cidr.address.value) {
    const single = `${formatAddress(cidr.address)}/${bits(cidr.address.family)}`;
    warnings.push(
      `${at}: CIDR value ${JSON.stringify(value)} is ambiguous in this context (should be ${JSON.stringify(canonical)} or ${JSON.stringify(single)}?)`,
    );
  }
  if (nonStandard(value.split('/')[0] ?? '')) {
    warnings.push(
      `${at}: non-standard CIDR value ${JSON.stringify(value)} is invalid: use ${JSON.stringify(canonical)}`,
    );
  }
  if (!warnings.length && cidr.address.family === 6 && canonical !== value) {
    warnings.push(
      `${at}: IPv6 CIDR value ${JSON.stringify(value)} should be in RFC 5952 canonical format (${JSON.stringify(canonical)})`,
    );
  }
  return warnings;
}
