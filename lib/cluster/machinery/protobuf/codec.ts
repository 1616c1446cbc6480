import { isJsonObject, type JsonObject } from '../object.ts';
import type { MessageField, MessageLookup } from './message.ts';
import { specialMessages } from './special-messages.ts';
import { BYTES, FIXED64, ProtobufFault, VARINT, WireReader, WireWriter } from './wire.ts';

/** Messages nest this deep at most; upstream's only recursive one is a CRD's schema. */
const MAX_DEPTH = 100;
/** A body of 3 MiB could hold a million empty messages: far more than any object has is refused. */
const MAX_MESSAGES = 250_000;

const SCALARS = new Set(['string', 'int32', 'int64', 'bool', 'double', 'bytes']);

/** Decodes and encodes the messages that `lookup` knows, between their bytes and their JSON form. */
export class MessageCodec {
  readonly #lookup: MessageLookup;
  #left = 0;

  constructor(lookup: MessageLookup) {
    this.#lookup = lookup;
  }

  /**
   * The JSON form of a message's bytes: what is on the wire, zero values included (schema's `decode` drops those that
   * upstream leaves out). Unknown fields are skipped. Throws a ProtobufFault.
   */
  decode(message: string, bytes: Uint8Array): JsonObject {
    this.#left = MAX_MESSAGES;
    const value = this.#decode(message, bytes, 0);
    return isJsonObject(value) ? value : {};
  }

  /** The bytes of a message given in JSON form. Members that the message does not have are left out. */
  encode(message: string, value: unknown): Uint8Array {
    const writer = new WireWriter();
    this.#writeMessage(writer, message, value);
    return writer.finish();
  }

  #fields(message: string): readonly MessageField[] {
    const fields = this.#lookup(message);
    if (!fields) throw new ProtobufFault(`no message is known as ${message}`);
    return fields;
  }

  #decode(message: string, bytes: Uint8Array, depth: number): unknown {
    if (depth > MAX_DEPTH) throw new ProtobufFault('exceeded max depth');
    if (this.#left-- <= 0) throw new ProtobufFault('too many values');
    const special = specialMessages.get(message);
    if (special) return special.decode(bytes, (m, b) => this.#decode(m, b, depth + 1));
    const object: JsonObject = {};
    this.#into(object, message, bytes, depth);
    return object;
  }

  #into(object: JsonObject, message: string, bytes: Uint8Array, depth: number): void {
    const fields = this.#fields(message);
    for (const reader = new WireReader(bytes); !reader.done;) {
      const { field: number, wire } = reader.tag();
      const field =
        fields[number - 1]?.number === number ? fields[number - 1] : fields.find((f) => f.number === number);
      if (field) this.#read(object, field, reader, wire, depth);
      else reader.skip(wire);
    }
  }

  #read(object: JsonObject, field: MessageField, reader: WireReader, wire: number, depth: number): void {
    if (field.inline) {
      expectWire(field, wire, BYTES);
      this.#into(object, field.type, reader.bytes(), depth + 1);
    } else if (field.label === 'map') {
      expectWire(field, wire, BYTES);
      this.#readEntry(ownObject(object, field.json), field, reader.bytes(), depth);
    } else if (field.label === 'repeated') {
      const list = ownList(object, field.json);
      if (wire === BYTES && isNumeric(field.type)) {
        const packed = reader.bytes();
        for (const numbers = new WireReader(packed); !numbers.done;)
          list.push(this.#value(field.type, numbers, VARINT, depth));
      } else list.push(this.#value(field.type, reader, wire, depth) ?? null);
    } else {
      const value = this.#value(field.type, reader, wire, depth);
      if (value !== undefined) object[field.json] = value;
    }
  }

  #readEntry(map: JsonObject, field: MessageField, bytes: Uint8Array, depth: number): void {
    let key = '';
    let value: unknown;
    for (const reader = new WireReader(bytes); !reader.done;) {
      const { field: number, wire } = reader.tag();
      if (number === 1 && wire === BYTES) key = reader.string();
      else if (number === 2) value = this.#value(field.type, reader, wire, depth);
      else reader.skip(wire);
    }
    value ??= SCALARS.has(field.type) ? '' : (this.#decode(field.type, new Uint8Array(), depth + 1) ?? null);
    Object.defineProperty(map, key, { value, enumerable: true, writable: true, configurable: true });
  }

  #value(type: string, reader: WireReader, wire: number, depth: number): unknown {
    switch (type) {
      case 'string':
        expectWire({ json: type }, wire, BYTES);
        return reader.string();
      case 'bytes':
        expectWire({ json: type }, wire, BYTES);
        return Buffer.from(reader.bytes()).toString('base64');
      case 'bool':
        expectWire({ json: type }, wire, VARINT);
        return reader.varint() !== 0;
      case 'int32':
      case 'int64':
        expectWire({ json: type }, wire, VARINT);
        return type === 'int32' ? reader.varint() | 0 : reader.varint();
      case 'double':
        expectWire({ json: type }, wire, FIXED64);
        return reader.double();
      default:
        expectWire({ json: type }, wire, BYTES);
        return this.#decode(type, reader.bytes(), depth + 1);
    }
  }

  #writeMessage(writer: WireWriter, message: string, value: unknown): void {
    const special = specialMessages.get(message);
    if (special) writer.raw(special.encode(value, (m, v) => this.encode(m, v)));
    else if (isJsonObject(value)) for (const field of this.#fields(message)) this.#write(writer, field, value);
  }

  #write(writer: WireWriter, field: MessageField, object: JsonObject): void {
    if (field.inline) return writer.message(field.number, () => this.#writeMessage(writer, field.type, object));
    const value = object[field.json];
    if (value === undefined || value === null) return;
    if (field.label === 'repeated') {
      if (Array.isArray(value)) for (const v of value) this.#writeValue(writer, field.number, field.type, v);
    } else if (field.label === 'map') {
      if (!isJsonObject(value)) return;
      for (const key of Object.keys(value)) {
        writer.message(field.number, () => {
          writer.string(1, key);
          this.#writeValue(writer, 2, field.type, value[key]);
        });
      }
    } else this.#writeValue(writer, field.number, field.type, value);
  }

  #writeValue(writer: WireWriter, number: number, type: string, value: unknown): void {
    switch (type) {
      case 'string':
        return writer.string(number, String(value));
      case 'bytes':
        return writer.bytes(number, Buffer.from(String(value), 'base64'));
      case 'bool':
        return writer.int(number, value === true ? 1 : 0);
      case 'int32':
      case 'int64':
        return writer.int(number, Number(value));
      case 'double':
        return writer.double(number, Number(value));
      default:
        return writer.message(number, () => {
          if (value !== null) this.#writeMessage(writer, type, value);
        });
    }
  }
}

const isNumeric = (type: string) => type === 'int32' || type === 'int64' || type === 'bool';

function expectWire(field: { json: string }, wire: number, expected: number): void {
  if (wire !== expected) throw new ProtobufFault(`proto: wrong wireType = ${wire} for field ${field.json}`);
}

function ownObject(object: JsonObject, name: string): JsonObject {
  const known = object[name];
  if (isJsonObject(known)) return known;
  const made: JsonObject = {};
  object[name] = made;
  return made;
}

function ownList(object: JsonObject, name: string): unknown[] {
  const known = object[name];
  if (Array.isArray(known)) return known;
  const made: unknown[] = [];
  object[name] = made;
  return made;
}
