import type { JsonObject } from '../machinery/object.ts';
import { badRequest } from '../machinery/status-error.ts';

/** Decodes a body in Kubernetes' protobuf envelope to its JSON form. Throws 400. */
export function decodeProtobuf(_body: Uint8Array): unknown {
  throw badRequest('protobuf is not understood');
}

/** An object in the protobuf envelope; undefined for one that has no such form. */
export function encodeProtobuf(_object: JsonObject): Uint8Array | undefined {
  return undefined;
}
