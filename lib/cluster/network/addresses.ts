/** An IPv4 address as a number, or undefined for anything else. */
export function ipv4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return undefined;
    value = value * 256 + Number(part);
  }
  return value;
}

export function formatIpv4(value: number): string {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.');
}

/** Whether an address lies in a CIDR; false when either is no IPv4. */
export function inCidr(ip: string, cidr: string): boolean {
  const [base, bits] = cidr.split('/');
  const address = ipv4(ip);
  const network = ipv4(base ?? '');
  if (address === undefined || network === undefined) return false;
  const size = 2 ** (32 - Number(bits ?? 32));
  return Math.floor(address / size) === Math.floor(network / size);
}

export const isLoopback = (ip: string): boolean => ip.startsWith('127.') || ip === '::1';

/**
 * Hands out the addresses of a node's pod range as the host-local plugin does: in turn from .2 (.1 is the bridge), so that
 * a released address is not used again soon.
 */
export class AddressPool {
  readonly #first: number;
  readonly #size: number;
  #next = 0;
  readonly #taken = new Set<string>();

  constructor(cidr: string) {
    const [base, bits] = cidr.split('/');
    this.#first = (ipv4(base ?? '') ?? 0) + 2;
    this.#size = Math.max(2 ** (32 - Number(bits ?? 24)) - 3, 0);
  }

  /** Takes `wanted` if it is free, else the next free address; undefined when the range is full. */
  take(wanted?: string): string | undefined {
    if (wanted !== undefined && !this.#taken.has(wanted)) {
      this.#taken.add(wanted);
      const offset = (ipv4(wanted) ?? this.#first) - this.#first;
      if (offset >= this.#next) this.#next = (offset + 1) % this.#size;
      return wanted;
    }
    for (let tried = 0; tried < this.#size; tried++) {
      const ip = formatIpv4(this.#first + this.#next);
      this.#next = (this.#next + 1) % this.#size;
      if (this.#taken.has(ip)) continue;
      this.#taken.add(ip);
      return ip;
    }
    return undefined;
  }

  release(ip: string): void {
    this.#taken.delete(ip);
  }
}
