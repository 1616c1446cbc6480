/** A TCP segment with the addresses of its packet. Sequence numbers are 32 bits, unsigned. */
export interface Segment {
  source: string;
  sourcePort: number;
  destination: string;
  destinationPort: number;
  seq: number;
  ack: number;
  flags: number;
  window: number;
  /** The maximum segment size option of a SYN. */
  mss?: number;
  payload: Uint8Array;
}

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;

const IP_HEADER = 20;
const TCP_HEADER = 20;
const PROTOCOL_ICMP = 1;
const PROTOCOL_TCP = 6;
const PROTOCOL_UDP = 17;

/** The Internet checksum (RFC 1071) of the bytes, on top of `sum`. */
function checksum(bytes: Uint8Array, sum = 0): number {
  for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

const addressBytes = (address: string) => address.split('.').map(Number);
const addressAt = (packet: Buffer, at: number) => `${packet[at]}.${packet[at + 1]}.${packet[at + 2]}.${packet[at + 3]}`;

function ipPacket(source: string, destination: string, protocol: number, body: Buffer): Buffer {
  const head = Buffer.alloc(IP_HEADER);
  head.writeUInt8(0x45, 0);
  head.writeUInt16BE(IP_HEADER + body.length, 2);
  head.writeUInt16BE(0x4000, 6);
  head.writeUInt8(64, 8);
  head.writeUInt8(protocol, 9);
  head.set(addressBytes(source), 12);
  head.set(addressBytes(destination), 16);
  head.writeUInt16BE(checksum(head), 10);
  return Buffer.concat([head, body]);
}

/** The whole packet of a segment. */
export function encodeSegment(s: Segment): Buffer {
  const options = s.mss === undefined ? 0 : 4;
  const body = Buffer.alloc(TCP_HEADER + options + s.payload.length);
  body.writeUInt16BE(s.sourcePort, 0);
  body.writeUInt16BE(s.destinationPort, 2);
  body.writeUInt32BE(s.seq >>> 0, 4);
  body.writeUInt32BE(s.ack >>> 0, 8);
  body.writeUInt8(((TCP_HEADER + options) / 4) << 4, 12);
  body.writeUInt8(s.flags, 13);
  body.writeUInt16BE(s.window, 14);
  if (s.mss !== undefined) body.writeUInt32BE((0x0204 << 16) | s.mss, TCP_HEADER);
  body.set(s.payload, TCP_HEADER + options);
  const pseudo = Buffer.from([...addressBytes(s.source), ...addressBytes(s.destination), 0, PROTOCOL_TCP, 0, 0]);
  pseudo.writeUInt16BE(body.length, 10);
  body.writeUInt16BE(checksum(body, ~checksum(pseudo) & 0xffff), 16);
  return ipPacket(s.source, s.destination, PROTOCOL_TCP, body);
}

function mssOption(packet: Buffer, from: number, to: number): number | undefined {
  for (let at = from; at < to;) {
    const kind = packet[at] ?? 0;
    if (kind === 0) return undefined;
    if (kind === 2 && at + 4 <= to) return packet.readUInt16BE(at + 2);
    at += kind === 1 ? 1 : Math.max(packet[at + 1] ?? 0, 2);
  }
  return undefined;
}

/** Undefined for anything but a whole, unfragmented IPv4 packet with a TCP segment. The kernel beside us made it: checksums are taken on trust. */
export function decodeSegment(packet: Buffer): Segment | undefined {
  if (packet.length < IP_HEADER + TCP_HEADER || (packet[0] ?? 0) >> 4 !== 4 || packet[9] !== PROTOCOL_TCP)
    return undefined;
  const head = ((packet[0] ?? 0) & 15) * 4;
  const size = packet.readUInt16BE(2);
  if ((packet.readUInt16BE(6) & 0x3fff) !== 0 || size > packet.length || size < head + TCP_HEADER) return undefined;
  const start = head + ((packet[head + 12] ?? 0) >> 4) * 4;
  if (start > size) return undefined;
  const mss = mssOption(packet, head + TCP_HEADER, start);
  return {
    source: addressAt(packet, 12),
    sourcePort: packet.readUInt16BE(head),
    destination: addressAt(packet, 16),
    destinationPort: packet.readUInt16BE(head + 2),
    seq: packet.readUInt32BE(head + 4),
    ack: packet.readUInt32BE(head + 8),
    flags: packet[head + 13] ?? 0,
    window: packet.readUInt16BE(head + 14),
    ...(mss === undefined ? {} : { mss }),
    payload: packet.subarray(start, size),
  };
}

export const HOST_UNREACHABLE = 1;
export const PORT_UNREACHABLE = 3;

/** Tells the sender of `packet` that it could not be delivered (ICMP type 3). */
export function unreachable(packet: Buffer, code: number): Buffer {
  const body = Buffer.concat([Buffer.from([3, code, 0, 0, 0, 0, 0, 0]), packet.subarray(0, IP_HEADER + 8)]);
  body.writeUInt16BE(checksum(body), 2);
  return ipPacket(addressAt(packet, 16), addressAt(packet, 12), PROTOCOL_ICMP, body);
}

export function isUdp(packet: Buffer): boolean {
  return packet.length >= IP_HEADER + 8 && (packet[0] ?? 0) >> 4 === 4 && packet[9] === PROTOCOL_UDP;
}
