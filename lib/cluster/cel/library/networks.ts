import {
  cidrContains,
  formatAddress,
  networkAddress,
  parseAddress,
  parseCidr,
  type Address,
  type Cidr,
} from '../../machinery/names-of-addresses.ts';
import type { Library } from './library.ts';

class CelIP {
  readonly address: Address;
  constructor(address: Address) {
    this.address = address;
  }
}

class CelCIDR {
  readonly cidr: Cidr;
  constructor(cidr: Cidr) {
    this.cidr = cidr;
  }
}

/** What `ip.` stands for before a function's name. */
class IpFunctions {}

function readIP(text: string): Address {
  const found = parseAddress(text);
  if (found) return found;
  const name = JSON.stringify(text);
  throw new Error(
    `IP Address ${name} parse error during conversion from string: ParseAddr(${name}): unable to parse IP`,
  );
}

function readCIDR(text: string): Cidr {
  const found = parseCidr(text);
  if (found) return found;
  throw new Error(
    `network address parse error during conversion from string: netip.ParsePrefix(${JSON.stringify(text)}): no '/'`,
  );
}

const isIn = ({ address }: CelIP, ...ranges: string[]) =>
  ranges.map(parseCidr).some((cidr) => cidr !== undefined && cidrContains(cidr, address));
const isText = ({ address }: CelIP, ...texts: string[]) => texts.includes(formatAddress(address));

const LOOPBACK = ['127.0.0.0/8', '::1/128'];
const LINK_LOCAL = ['169.254.0.0/16', 'fe80::/10'];
const MULTICAST = ['224.0.0.0/4', 'ff00::/8'];

const addressOf = (value: CelIP | string) => (typeof value === 'string' ? readIP(value) : value.address);
const rangeOf = (value: CelCIDR | string) => (typeof value === 'string' ? readCIDR(value) : value.cidr);
const show = ({ address, prefix }: Cidr) => `${formatAddress(address)}/${prefix}`;

/** `cidr('10.0.0.0/8').containsIP(self.address)` */
export const networks: Library = {
  types: [
    { name: 'net.IP', ctor: CelIP },
    { name: 'net.CIDR', ctor: CelCIDR },
    { name: 'IpFunctions', ctor: IpFunctions },
  ],
  constants: [{ name: 'ip', type: 'IpFunctions', value: new IpFunctions() }],
  functions: [
    ['ip(string): net.IP', (s: string) => new CelIP(readIP(s))],
    ['isIP(string): bool', (s: string) => parseAddress(s) !== undefined],
    ['IpFunctions.isCanonical(string): bool', (_: IpFunctions, s: string) => formatAddress(readIP(s)) === s],
    ['string(net.IP): string', ({ address }: CelIP) => formatAddress(address)],
    ['net.IP.family(): int', ({ address }: CelIP) => BigInt(address.family)],
    ['net.IP.isUnspecified(): bool', (ip: CelIP) => isText(ip, '0.0.0.0', '::')],
    ['net.IP.isLoopback(): bool', (ip: CelIP) => isIn(ip, ...LOOPBACK)],
    ['net.IP.isLinkLocalMulticast(): bool', (ip: CelIP) => isIn(ip, '224.0.0.0/24', 'ff02::/16')],
    ['net.IP.isLinkLocalUnicast(): bool', (ip: CelIP) => isIn(ip, ...LINK_LOCAL)],
    [
      'net.IP.isGlobalUnicast(): bool',
      (ip: CelIP) =>
        !isIn(ip, ...LOOPBACK, ...LINK_LOCAL, ...MULTICAST) && !isText(ip, '0.0.0.0', '::', '255.255.255.255'),
    ],
    ['cidr(string): net.CIDR', (s: string) => new CelCIDR(readCIDR(s))],
    ['isCIDR(string): bool', (s: string) => parseCidr(s) !== undefined],
    ['string(net.CIDR): string', ({ cidr }: CelCIDR) => show(cidr)],
    ...(['string', 'net.IP'] as const).map(
      (other) =>
        [
          `net.CIDR.containsIP(${other}): bool`,
          ({ cidr }: CelCIDR, ip: CelIP | string) => cidrContains(cidr, addressOf(ip)),
        ] as const,
    ),
    ...(['string', 'net.CIDR'] as const).map(
      (other) =>
        [
          `net.CIDR.containsCIDR(${other}): bool`,
          ({ cidr }: CelCIDR, inner: CelCIDR | string) =>
            rangeOf(inner).prefix >= cidr.prefix && cidrContains(cidr, rangeOf(inner).address),
        ] as const,
    ),
    ['net.CIDR.ip(): net.IP', ({ cidr }: CelCIDR) => new CelIP(cidr.address)],
    ['net.CIDR.masked(): net.CIDR', ({ cidr }: CelCIDR) => new CelCIDR({ ...cidr, address: networkAddress(cidr) })],
    ['net.CIDR.prefixLength(): int', ({ cidr }: CelCIDR) => BigInt(cidr.prefix)],
  ],
};
