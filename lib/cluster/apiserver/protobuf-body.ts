import type { JsonObject } from '../machinery/object.ts';
import type { GroupVersionKind } from '../machinery/resource.ts';
import { parseApiVersion } from '../machinery/resource.ts';
import { badRequest } from '../machinery/status-error.ts';
import { decodeProtobuf, encodeProtobuf, isProtobufFault } from '../schema/protobuf.ts';

/** Decodes a body in Kubernetes' protobuf envelope to its JSON form. Throws 400. */
export function readProtobuf(body: Uint8Array, expected: GroupVersionKind): unknown {
  try {
    return decodeProtobuf(body, expected);
  } catch (err) {
    if (!isProtobufFault(err)) throw err;
    const why = err instanceof Error ? err.message : '';
    throw badRequest(`the object provided is unrecognized (must be of type ${expected.kind}): ${why}`);
  }
}

/** An object in the protobuf envelope; undefined for one that has no such form. */
export function writeProtobuf(object: JsonObject): Uint8Array | undefined {
  const { kind, apiVersion } = object;
  if (typeof kind !== 'string' || typeof apiVersion !== 'string') return undefined;
  return encodeProtobuf({ ...parseApiVersion(apiVersion), kind }, object);
}
