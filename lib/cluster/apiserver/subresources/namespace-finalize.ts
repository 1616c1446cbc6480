import { deepClone } from '../../../kit/deep.ts';
import { validateNamespaceFinalizers } from '../../kinds/core/namespace.ts';
import type { ApiResult } from '../../machinery/api-request.ts';
import type { Namespace } from '../../schema/generated/types.ts';
import type { Call } from '../core.ts';
import { putWith } from '../handlers/update.ts';
import type { StoredObject } from '../strategy.ts';

const asNamespace = (object: StoredObject) => object as unknown as Namespace;

/** `namespaces/finalize`: sets spec.finalizers; the last one gone, a namespace that is being deleted goes. */
export function namespaceFinalize(call: Call): Promise<ApiResult> {
  return putWith(call, {
    prepare(draft, current) {
      const { finalizers } = asNamespace(draft).spec ?? {};
      const { resourceVersion } = draft.metadata;
      Object.assign(draft, deepClone(current), { metadata: { ...current.metadata, resourceVersion } });
      asNamespace(draft).spec = finalizers?.length ? { finalizers } : {};
    },
    validate: (object) => validateNamespaceFinalizers(asNamespace(object), true),
  });
}
