import { formatMicroTime, formatTime, isJsonObject } from '../object.ts';
import { BYTES, ProtobufFault, VARINT, WireReader, WireWriter } from './wire.ts';

/** A message whose JSON form is not an object of its fields. `nested` codes a message that such a form holds. */
export interface SpecialMessage {
  /** Undefined stands for null: the field is left out. */
  decode(bytes: Uint8Array, nested: (message: string, bytes: Uint8Array) => unknown): unknown;
  encode(value: unknown, nested: (message: string, value: unknown) => Uint8Array): Uint8Array;
}

const NANOS_PER_SECOND = 1e9;
/** Years 1 to 9999, in seconds since 1970: what RFC 3339 can write. */
const EARLIEST = -62_135_596_800;
const LATEST = 253_402_300_799;

function numbers(bytes: Uint8Array): Map<number, number> {
  const found = new Map<number, number>();
  for (const reader = new WireReader(bytes); !reader.done;) {
    const { field, wire } = reader.tag();
    if (wire === VARINT) found.set(field, reader.varint());
    else reader.skip(wire);
  }
  return found;
}

function onlyString(bytes: Uint8Array): string {
  let text = '';
  for (const reader = new WireReader(bytes); !reader.done;) {
    const { field, wire } = reader.tag();
    if (field === 1 && wire === BYTES) text = reader.string();
    else reader.skip(wire);
  }
  return text;
}

function strings(bytes: Uint8Array, wanted: number): string[] {
  const found: string[] = [];
  for (const reader = new WireReader(bytes); !reader.done;) {
    const { field, wire } = reader.tag();
    if (field === wanted && wire === BYTES) found.push(reader.string());
    else reader.skip(wire);
  }
  return found;
}

function messageOf(write: (writer: WireWriter) => void): Uint8Array {
  const writer = new WireWriter();
  write(writer);
  return writer.finish();
}

const time = (micro: boolean): SpecialMessage => ({
  decode(bytes) {
    const parts = numbers(bytes);
    const seconds = parts.get(1) ?? 0;
    const nanos = parts.get(2) ?? 0;
    if (bytes.length === 0) return undefined;
    if (seconds < EARLIEST || seconds > LATEST) throw new ProtobufFault('proto: time out of range');
    if (!micro) return formatTime(seconds * 1000);
    return `${formatMicroTime(seconds * 1000).slice(0, 19)}.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z`;
  },
  encode(value) {
    const text = String(value);
    const ms = Date.parse(text);
    if (Number.isNaN(ms)) throw new ProtobufFault(`${JSON.stringify(text)} is no time`);
    const fraction = /\.(\d+)/.exec(text)?.[1] ?? '';
    return messageOf((w) => {
      w.int(1, Math.floor(ms / 1000));
      w.int(2, micro ? Number(fraction.slice(0, 9).padEnd(9, '0')) : 0);
    });
  },
});

/** A message with one field of JSON bytes. */
const json: SpecialMessage = {
  decode(bytes) {
    const text = onlyString(bytes);
    if (text === '') return undefined;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new ProtobufFault('invalid JSON in a raw field');
    }
  },
  encode: (value) => messageOf((w) => w.string(1, JSON.stringify(value))),
};

const list: SpecialMessage = {
  decode: (bytes) => strings(bytes, 1),
  encode: (value) => messageOf((w) => (Array.isArray(value) ? value : []).forEach((v) => w.string(1, String(v)))),
};

const quantity: SpecialMessage = {
  decode: (bytes) => onlyString(bytes) || '0',
  encode: (value) => messageOf((w) => w.string(1, String(value))),
};

const intOrString: SpecialMessage = {
  decode(bytes) {
    const parts = numbers(bytes);
    return parts.get(1) === 1 ? (strings(bytes, 3).at(-1) ?? '') : (parts.get(2) ?? 0);
  },
  encode: (value) =>
    messageOf((w) => {
      w.int(1, typeof value === 'string' ? 1 : 0);
      w.int(2, typeof value === 'number' ? value : 0);
      w.string(3, typeof value === 'string' ? value : '');
    }),
};

/** Durations in JSON are Go's texts; the API only ever has whole multiples of a nanosecond below a day's worth of units. */
const duration: SpecialMessage = {
  decode: (bytes) => formatDuration(numbers(bytes).get(1) ?? 0),
  encode: (value) => messageOf((w) => w.int(1, parseDuration(String(value)))),
};

const UNITS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

function parseDuration(text: string): number {
  const sum = [...text.matchAll(/([\d.]+)(ns|us|µs|ms|s|m|h)/g)].reduce(
    (n, m) => n + Number(m[1]) * (UNITS[m[2] ?? ''] ?? 0),
    0,
  );
  return text.startsWith('-') ? -sum : sum;
}

function formatDuration(nanos: number): string {
  const size = Math.abs(nanos);
  const sign = nanos < 0 ? '-' : '';
  if (size === 0) return '0s';
  for (const [unit, scale] of [
    ['ns', 1e3],
    ['µs', 1e6],
    ['ms', 1e9],
  ] as const) {
    if (size < scale) return `${sign}${size / (UNITS[unit] ?? 1)}${unit}`;
  }
  const hours = Math.floor(size / 3600e9);
  const minutes = Math.floor((size % 3600e9) / 60e9);
  const seconds = (size % 60e9) / NANOS_PER_SECOND;
  return `${sign}${hours ? `${hours}h` : ''}${hours || minutes ? `${minutes}m` : ''}${seconds}s`;
}

const EXTENSIONS = 'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1.';
const SCHEMA_PROPS = `${EXTENSIONS}JSONSchemaProps`;

/** `schema` in field 1, or several values in field 2. */
const schemaOrList = (nestedList: boolean): SpecialMessage => ({
  decode(bytes, nested) {
    let value: unknown;
    const items: unknown[] = [];
    for (const reader = new WireReader(bytes); !reader.done;) {
      const { field, wire } = reader.tag();
      if (wire !== BYTES) reader.skip(wire);
      else if (field === 1) value = nested(SCHEMA_PROPS, reader.bytes());
      else if (field === 2) items.push(nestedList ? nested(SCHEMA_PROPS, reader.bytes()) : reader.string());
      else reader.skip(wire);
    }
    return value ?? items;
  },
  encode: (value, nested) =>
    messageOf((w) => {
      if (!Array.isArray(value)) return w.bytes(1, nested(SCHEMA_PROPS, value));
      for (const v of value) w.bytes(2, nestedList ? nested(SCHEMA_PROPS, v) : Buffer.from(String(v)));
    }),
});

const schemaOrBool: SpecialMessage = {
  decode(bytes, nested) {
    let schema: unknown;
    let allows = false;
    for (const reader = new WireReader(bytes); !reader.done;) {
      const { field, wire } = reader.tag();
      if (field === 1 && wire === VARINT) allows = reader.varint() !== 0;
      else if (field === 2 && wire === BYTES) schema = nested(SCHEMA_PROPS, reader.bytes());
      else reader.skip(wire);
    }
    return schema ?? allows;
  },
  encode: (value, nested) =>
    messageOf((w) => {
      w.int(1, value === false ? 0 : 1);
      if (isJsonObject(value)) w.bytes(2, nested(SCHEMA_PROPS, value));
    }),
};

const META = 'k8s.io.apimachinery.pkg.apis.meta.v1.';

export const specialMessages: ReadonlyMap<string, SpecialMessage> = new Map([
  [`${META}Time`, time(false)],
  [`${META}MicroTime`, time(true)],
  [`${META}Duration`, duration],
  [`${META}FieldsV1`, json],
  [`${META}Verbs`, list],
  ['k8s.io.apimachinery.pkg.runtime.RawExtension', json],
  ['k8s.io.apimachinery.pkg.api.resource.Quantity', quantity],
  ['k8s.io.apimachinery.pkg.util.intstr.IntOrString', intOrString],
  ...['authentication', 'authorization', 'certificates'].map((g) => [`k8s.io.api.${g}.v1.ExtraValue`, list] as const),
  [`${EXTENSIONS}JSON`, json],
  [`${EXTENSIONS}JSONSchemaPropsOrArray`, schemaOrList(true)],
  [`${EXTENSIONS}JSONSchemaPropsOrStringArray`, schemaOrList(false)],
  [`${EXTENSIONS}JSONSchemaPropsOrBool`, schemaOrBool],
]);
