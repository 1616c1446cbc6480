import { invalid, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import { cidrContains, parseAddress, parseCidr } from '../../machinery/names-of-addresses.ts';

const blocks = (...texts: string[]) => texts.flatMap((text) => parseCidr(text) ?? []);

/** Ranges that no endpoint lies in, and how upstream speaks of each. */
const RANGES: readonly [blocks: ReturnType<typeof blocks>, complaint: string][] = [
  [blocks('0.0.0.0/32'), 'may not be unspecified (0.0.0.0)'],
  [blocks('::/128'), 'may not be unspecified (::)'],
  [blocks('127.0.0.0/8', '::1/128'), 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
  [blocks('169.254.0.0/16', 'fe80::/10'), 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
  [blocks('224.0.0.0/24', 'ff02::/16'), 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
];

/** The address of an endpoint: of a pod or an outside host, never of the machine itself. */
export function validateEndpointIp(at: FieldPath, text: string): FieldError[] {
  const address = parseAddress(text);
  if (!address) return [invalid(at, text, 'must be a valid IP address')];
  return RANGES.filter(([list]) => list.some((block) => cidrContains(block, address))).map(([, complaint]) =>
    invalid(at, text, complaint),
  );
}
