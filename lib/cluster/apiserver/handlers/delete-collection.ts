import type { ApiResult } from '../../machinery/api-request.ts';
import { apiVersionOf } from '../../machinery/resource.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import type { Call } from '../core.ts';
import { deleteObject, deleteOptionsOf } from './delete.ts';
import { listKind, listObjects } from './read.ts';

/** DELETE of a collection: what the selectors select, each as by itself. Answers with what was there. */
export async function deleteCollection(call: Call): Promise<ApiResult> {
  const options = deleteOptionsOf(call);
  const { items, metadata } = listObjects(call);
  for (const { metadata: meta } of items) {
    try {
      await deleteObject({ ...call, namespace: meta.namespace ?? '', name: meta.name, body: options });
    } catch (err) {
      // Someone else was quicker.
      if (!isNotFound(err)) throw err;
    }
  }
  const { strategy, resource } = call.served;
  return {
    code: 200,
    object: {
      kind: listKind(call),
      apiVersion: apiVersionOf(resource),
      metadata,
      items: items.map((o) => strategy.fromStored(o)),
    },
    warnings: [],
  };
}
