/** Bytes that are no message of the expected kind. The text is upstream's where it has one. */
export class ProtobufFault extends Error {
  readonly code = 'PROTOBUF';
}

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

const UNEXPECTED_END = 'unexpected EOF';
const HIGH = 2 ** 32;
const utf8 = new TextDecoder('utf-8');

/** Reads protobuf's wire format from a part of a buffer; never beyond `end`. */
export class WireReader {
  #at: number;
  readonly #end: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  get done(): boolean {
    return this.#at >= this.#end;
  }

  /** A signed 64-bit varint; exact up to 2^53, which all integers of the API keep to. */
  varint(): number {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.#at >= this.#end) throw new ProtobufFault(UNEXPECTED_END);
      const byte = this.#bytes[this.#at++] ?? 0;
      const bits = byte & 0x7f;
      if (shift < 28) low += bits * 2 ** shift;
      else if (shift === 28) {
        low += (bits & 0x0f) * 2 ** 28;
        high += bits >>> 4;
      } else if (shift < 63) high += bits * 2 ** (shift - 32);
      else high += (bits & 1) * 2 ** 31;
      if (byte < 0x80) return (high | 0) * HIGH + low;
    }
    throw new ProtobufFault('proto: integer overflow');
  }

  tag(): { field: number; wire: number } {
    const tag = this.varint();
    const wire = tag & 7;
    const field = Math.floor(tag / 8);
    if (field <= 0) throw new ProtobufFault(`proto: illegal tag ${field} (wire type ${wire})`);
    return { field, wire };
  }

  /** The bytes of a length-delimited field; shares the buffer. */
  bytes(): Uint8Array {
    const length = this.varint();
    if (length < 0) throw new ProtobufFault('proto: negative length found during unmarshaling');
    if (length > this.#end - this.#at) throw new ProtobufFault(UNEXPECTED_END);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  string(): string {
    return utf8.decode(this.bytes());
  }

  double(): number {
    const at = this.#skipBytes(8);
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset + at, 8).getFloat64(0, true);
  }

  skip(wire: number): void {
    if (wire === VARINT) this.varint();
    else if (wire === FIXED64) this.#skipBytes(8);
    else if (wire === BYTES) this.bytes();
    else if (wire === FIXED32) this.#skipBytes(4);
    else throw new ProtobufFault(`proto: illegal wireType ${wire}`);
  }

  #skipBytes(n: number): number {
    const at = this.#at;
    if (n > this.#end - at) throw new ProtobufFault(UNEXPECTED_END);
    this.#at += n;
    return at;
  }
}

const LONGEST_VARINT = 10;

/** Collects a message in protobuf's wire format. */
export class WireWriter {
  #bytes = Buffer.allocUnsafe(256);
  #length = 0;

  /** Throws a ProtobufFault for what is no 64-bit integer: infinity would never come to an end. */
  int(field: number, value: number): void {
    if (!(value >= -(2 ** 63) && value < 2 ** 63)) throw new ProtobufFault(`proto: ${value} is no 64-bit integer`);
    this.#varint(field * 8 + VARINT);
    this.#varint(value);
  }

  bytes(field: number, value: Uint8Array): void {
    this.#varint(field * 8 + BYTES);
    this.#varint(value.length);
    this.raw(value);
  }

  string(field: number, value: string): void {
    const length = Buffer.byteLength(value);
    this.#varint(field * 8 + BYTES);
    this.#varint(length);
    this.#makeRoom(length);
    this.#bytes.write(value, this.#length);
    this.#length += length;
  }

  double(field: number, value: number): void {
    this.#varint(field * 8 + FIXED64);
    this.#makeRoom(8);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
  }

  /** A message within this one: what `write` adds to this writer. */
  message(field: number, write: () => void): void {
    this.#varint(field * 8 + BYTES);
    this.#makeRoom(1);
    // Most are short enough for a length of one byte; the others move.
    const start = ++this.#length;
    write();
    const length = this.#length - start;
    const more = sizeOf(length) - 1;
    // While the length is written nothing may move: what is behind it would stay where it was.
    this.#makeRoom(LONGEST_VARINT);
    if (more > 0) this.#bytes.copyWithin(start + more, start, this.#length);
    this.#length = start - 1;
    this.#varint(length);
    this.#length += length;
  }

  /** Bytes as they are: fields that were written elsewhere. */
  raw(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #varint(value: number): void {
    this.#makeRoom(LONGEST_VARINT);
    let rest = Math.trunc(value);
    if (rest < 0) return this.#negative(rest);
    for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
    this.#bytes[this.#length++] = rest;
  }

  /** In two's complement, always ten bytes. */
  #negative(value: number): void {
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 0x7fn; rest >>= 7n) this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80;
    this.#bytes[this.#length++] = Number(rest);
  }

  #makeRoom(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

/** How many bytes a length takes as a varint. */
function sizeOf(length: number): number {
  let size = 1;
  for (let rest = length; rest > 0x7f; rest = Math.floor(rest / 0x80)) size++;
  return size;
}
