import type { JsonObject } from '../machinery/object.ts';
import { StatusError } from '../machinery/status-error.ts';
import type { Core } from './core.ts';
import type { Representation } from './negotiation.ts';
import type { Served } from './registry.ts';
import type { StoredObject } from './strategy.ts';
import type { IncludeObject } from './table.ts';
import { partialMetadata, tableOf } from './table.ts';

/** The name of upstream's type of an object, by which it refuses to show it as something else: `*core.PodList`. */
function goType({ resource, custom }: Served, isList: boolean): string {
  const list = isList ? 'List' : '';
  if (custom) return `*unstructured.Unstructured${list}`;
  const { group, kind } = resource;
  return `*${group === '' || group === 'events.k8s.io' ? 'core' : group.split('.')[0]}.${kind}${list}`;
}

/** An answer's object as the client asked to see it. Statuses are always themselves. Throws 406. */
export function represent(
  core: Core,
  served: Served,
  object: JsonObject,
  { as, asVersion }: Representation,
  include: IncludeObject,
): JsonObject {
  if (!as || object['kind'] === 'Status') return object;
  const items = object['items'];
  const isList = Array.isArray(items);
  // What the handlers answer with are objects or lists of them.
  const objects = (isList ? items : [object]) as StoredObject[];
  if (as === 'Table') {
    const { resourceVersion } = (object as StoredObject).metadata;
    const metadata = isList ? (object['metadata'] as JsonObject) : resourceVersion ? { resourceVersion } : {};
    return tableOf(served, objects, metadata, { now: core.clock.now(), version: asVersion, include, headers: true });
  }
  if ((as === 'PartialObjectMetadataList') !== isList) {
    const is = isList ? 'a list' : 'not a list';
    throw new StatusError(
      406,
      'NotAcceptable',
      `you requested ${as}, but the requested object is ${is} (${goType(served, isList)})`,
    );
  }
  if (!isList) return partialMetadata(object as StoredObject, asVersion);
  return {
    kind: 'PartialObjectMetadataList',
    apiVersion: `meta.k8s.io/${asVersion}`,
    metadata: object['metadata'],
    items: objects.map((o) => partialMetadata(o, asVersion)),
  };
}
