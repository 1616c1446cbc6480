import { WireWriter } from '../../machinery/protobuf/wire.ts';

/** Writes a member of a JSON document as a field of a message. */
type Write = (writer: WireWriter, field: number, value: unknown) => void;
/** JSON member → number and form of its field. Members that start with `x-` are in the field of that name. */
type Message = Readonly<Record<string, readonly [number, Write]>>;

const text: Write = (w, field, value) => w.string(field, String(value));
const number: Write = (w, field, value) => w.double(field, Number(value));
const integer: Write = (w, field, value) => w.int(field, Number(value));
const flag: Write = (w, field, value) => value === true && w.int(field, 1);
const each =
  (write: Write): Write =>
  (w, field, value) => {
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) write(w, field, item);
  };
const within = (w: WireWriter, field: number, fill: (inner: WireWriter) => void) => {
  const inner = new WireWriter();
  fill(inner);
  w.bytes(field, inner.finish());
};
/** Any value: its YAML, as which its JSON will do. */
const any: Write = (w, field, value) => within(w, field, (inner) => inner.string(2, JSON.stringify(value)));

/** A message; looked up when it is written, since schemas hold schemas. */
const message =
  (of: () => Message): Write =>
  (w, field, value) =>
    within(w, field, (inner) => writeMessage(inner, of(), value));
/** A message in a field of a message that has no other purpose. */
const wrapped =
  (inField: number, write: Write): Write =>
  (w, field, value) =>
    within(w, field, (inner) => write(inner, inField, value));
/** A map: a list of names and values. */
const named =
  (inField: number, write: Write): Write =>
  (w, field, value) =>
    within(w, field, (inner) => {
      for (const [name, item] of Object.entries(value as object))
        within(inner, inField, (entry) => {
          entry.string(1, name);
          write(entry, 2, item);
        });
    });

function writeMessage(w: WireWriter, fields: Message, value: unknown): void {
  for (const [member, item] of Object.entries(value as object)) {
    const known = fields[member];
    if (known) known[1](w, known[0], item);
    else if (member.startsWith('x-') && fields['x-']) {
      const [number_] = fields['x-'];
      within(w, number_, (entry) => {
        entry.string(1, member);
        any(entry, 2, item);
      });
    }
  }
}

const SCHEMA: Message = {
  $ref: [1, text],
  format: [2, text],
  title: [3, text],
  description: [4, text],
  default: [5, any],
  multipleOf: [6, number],
  maximum: [7, number],
  exclusiveMaximum: [8, flag],
  minimum: [9, number],
  exclusiveMinimum: [10, flag],
  maxLength: [11, integer],
  minLength: [12, integer],
  pattern: [13, text],
  maxItems: [14, integer],
  minItems: [15, integer],
  uniqueItems: [16, flag],
  maxProperties: [17, integer],
  minProperties: [18, integer],
  required: [19, each(text)],
  enum: [20, each(any)],
  additionalProperties: [
    21,
    (w, field, value) =>
      typeof value === 'object' ? wrapped(1, schema)(w, field, value) : wrapped(2, flag)(w, field, value),
  ],
  type: [22, wrapped(1, each(text))],
  items: [
    23,
    wrapped(
      1,
      each((w, field, value) => schema(w, field, value)),
    ),
  ],
  properties: [25, named(1, (w, field, value) => schema(w, field, value))],
  'x-': [31, any],
};
const schema = message(() => SCHEMA);

const IN_PATH: Message = {
  required: [1, flag],
  in: [2, text],
  name: [4, text],
  type: [5, text],
  uniqueItems: [19, flag],
};
const IN_QUERY: Message = { ...IN_PATH, type: [6, text], uniqueItems: [20, flag] };
const IN_BODY: Message = { name: [2, text], in: [3, text], required: [4, flag], schema: [5, schema] };

/** Each kind of parameter is another message, in messages that only tell which. */
const parameter: Write = (w, field, value) => {
  const { in: place } = value as { in: string };
  const own =
    place === 'body'
      ? wrapped(
          1,
          message(() => IN_BODY),
        )
      : wrapped(
          2,
          place === 'path'
            ? wrapped(
                4,
                message(() => IN_PATH),
              )
            : wrapped(
                3,
                message(() => IN_QUERY),
              ),
        );
  // An item of a list of parameters, a parameter, and then which.
  wrapped(1, (inner, at, v) => own(inner, at, v))(w, field, value);
};

const RESPONSE: Message = { description: [1, text], schema: [2, wrapped(1, schema)] };
const OPERATION: Message = {
  tags: [1, each(text)],
  operationId: [5, text],
  produces: [6, each(text)],
  consumes: [7, each(text)],
  parameters: [8, each(parameter)],
  responses: [
    9,
    named(
      1,
      wrapped(
        1,
        message(() => RESPONSE),
      ),
    ),
  ],
  schemes: [10, each(text)],
  'x-': [13, any],
};
const operation = message(() => OPERATION);
const PATH: Message = {
  get: [2, operation],
  put: [3, operation],
  post: [4, operation],
  delete: [5, operation],
  options: [6, operation],
  head: [7, operation],
  patch: [8, operation],
  parameters: [9, each(parameter)],
};
const DOCUMENT: Message = {
  swagger: [1, text],
  info: [2, message(() => ({ title: [1, text], version: [2, text] }))],
  paths: [
    8,
    named(
      2,
      message(() => PATH),
    ),
  ],
  definitions: [9, named(1, schema)],
};

/**
 * A document of `/openapi/v2`, or a part of one, as gnostic's message `openapi.v2.Document`. Messages of parts, one after
 * the other, are the message of the whole.
 */
export function swaggerProtobuf(document: object): Uint8Array {
  const writer = new WireWriter();
  writeMessage(writer, DOCUMENT, document);
  return writer.finish();
}
