import { BYTES, ProtobufFault, WireReader, WireWriter } from './wire.ts';

/** `k8s` and a zero byte: what every protobuf body of the API starts with. */
const MAGIC = Uint8Array.of(0x6b, 0x38, 0x73, 0);

/** A body's envelope (`runtime.Unknown`). `raw` is the object's own bytes. */
export interface Envelope {
  apiVersion: string;
  kind: string;
  raw: Uint8Array;
  contentEncoding: string;
  contentType: string;
}

/** Opens the envelope of a protobuf body. Throws a ProtobufFault when it is none. */
export function openEnvelope(body: Uint8Array): Envelope {
  if (!MAGIC.every((byte, i) => body[i] === byte)) {
    throw new ProtobufFault('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  }
  const envelope: Envelope = { apiVersion: '', kind: '', raw: new Uint8Array(), contentEncoding: '', contentType: '' };
  for (const reader = new WireReader(body, MAGIC.length); !reader.done;) {
    const { field, wire } = reader.tag();
    if (wire !== BYTES) reader.skip(wire);
    else if (field === 1) Object.assign(envelope, typeMeta(reader.bytes()));
    else if (field === 2) envelope.raw = reader.bytes();
    else if (field === 3) envelope.contentEncoding = reader.string();
    else if (field === 4) envelope.contentType = reader.string();
    else reader.skip(wire);
  }
  return envelope;
}

function typeMeta(bytes: Uint8Array): { apiVersion?: string; kind?: string } {
  const meta: { apiVersion?: string; kind?: string } = {};
  for (const reader = new WireReader(bytes); !reader.done;) {
    const { field, wire } = reader.tag();
    if (field === 1 && wire === BYTES) meta.apiVersion = reader.string();
    else if (field === 2 && wire === BYTES) meta.kind = reader.string();
    else reader.skip(wire);
  }
  return meta;
}

/** Puts an object's bytes into an envelope. */
export function sealEnvelope(apiVersion: string, kind: string, raw: Uint8Array): Uint8Array {
  const meta = new WireWriter();
  meta.string(1, apiVersion);
  meta.string(2, kind);
  const writer = new WireWriter();
  writer.bytes(1, meta.finish());
  writer.bytes(2, raw);
  writer.string(3, '');
  writer.string(4, '');
  return Buffer.concat([MAGIC, writer.finish()]);
}
