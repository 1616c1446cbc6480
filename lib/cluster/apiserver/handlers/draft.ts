import type { FieldError } from '../../machinery/field-error.ts';
import { isJsonObject } from '../../machinery/object.ts';
import type { ObjectMeta } from '../../machinery/object.ts';
import { apiVersionOf } from '../../machinery/resource.ts';
import { badRequest, invalidObject } from '../../machinery/status-error.ts';
import type { Call } from '../core.ts';
import type { StoredObject } from '../strategy.ts';

/** The object in a request's body, which the request owns, with the kind's names and metadata in place. */
export function draftOf(call: Call, body: unknown): StoredObject {
  const { resource } = call.served;
  if (!isJsonObject(body)) throw badRequest(`the object provided is unrecognized (must be of type ${resource.kind})`);
  const metadata = isJsonObject(body['metadata']) ? body['metadata'] : {};
  // The decoder has checked the types of metadata's fields; `name` may be missing until it is generated.
  const draft: StoredObject = { ...body, metadata: { name: '', ...metadata } };
  return { kind: resource.kind, apiVersion: apiVersionOf(resource), ...draftWithoutNames(draft) };
}

/** Kind and apiVersion stand first in every stored object. */
function draftWithoutNames(draft: StoredObject): StoredObject {
  const { kind: _kind, apiVersion: _apiVersion, ...rest } = draft;
  return { ...rest, metadata: draft.metadata };
}

/** Puts the request's namespace into the object, which must not name another one. */
export function settleNamespace(call: Call, draft: StoredObject): void {
  if (!call.served.resource.namespaced) return;
  if (draft.metadata.namespace && draft.metadata.namespace !== call.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  draft.metadata.namespace = call.namespace;
}

/** Throws 422 when there are complaints. */
export function mustBeValid(call: Call, name: string, errors: readonly FieldError[]): void {
  if (errors.length) throw invalidObject(call.served.strategy.resource, name, errors);
}

const ORDER: readonly (keyof ObjectMeta)[] = [
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
];

/** Metadata with its members in upstream's order, without those that hold nothing. */
export function tidyMetadata(meta: ObjectMeta): ObjectMeta {
  const tidy: Record<string, unknown> = {};
  for (const key of ORDER) {
    const value = meta[key];
    const empty = value === undefined || value === null || value === '' || (key === 'generation' && value === 0);
    if (empty || (typeof value === 'object' && Object.keys(value).length === 0)) continue;
    tidy[key] = value;
  }
  return tidy as unknown as ObjectMeta;
}
