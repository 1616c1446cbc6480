import { invalid, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import { cidrContains, parseAddress, parseCidr } from '../../machinery/names-of-addresses.ts';

const SPECIAL: readonly (readonly [blocks: readonly string[], why: string])[] = [
  [['127.0.0.0/8', '::1/128'], 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
  [['169.254.0.0/16', 'fe80::/10'], 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
  [['224.0.0.0/24', 'ff02::/16'], 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
];

/** Addresses that make no sense as endpoints or external addresses. */
export function nonSpecialIp(at: FieldPath, ip: string): FieldError[] {
  const address = parseAddress(ip);
  if (!address) return [invalid(at, ip, 'must be a valid IP address')];
  if (address.value === 0n) return [invalid(at, ip, `may not be unspecified (${ip})`)];
  return SPECIAL.filter(([blocks]) =>
    blocks.some((text) => {
      const block = parseCidr(text);
      return block && cidrContains(block, address);
    }),
  ).map(([, why]) => invalid(at, ip, why));
}
