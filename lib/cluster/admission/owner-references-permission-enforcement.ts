import { deepEqual } from '../../kit/deep.ts';
import type { KubeObject, OwnerReference } from '../machinery/object.ts';
import { parseApiVersion } from '../machinery/resource.ts';
import * as resources from '../schema/generated/resources.ts';
import { refuse, type AdmissionPlugin } from './plugin.ts';

const owners = (object: KubeObject | undefined): readonly OwnerReference[] => object?.metadata.ownerReferences ?? [];

/** References that block their owner's deletion, and did not before. */
function newlyBlocking(object: KubeObject, old: KubeObject | undefined): OwnerReference[] {
  const before = new Map(owners(old).map((o) => [o.uid, o]));
  return owners(object).filter((o) => o.blockOwnerDeletion && !before.get(o.uid)?.blockOwnerDeletion);
}

/** Who makes an object depend on another must be allowed to delete it; who blocks an owner's deletion, to touch that. */
export const ownerReferencesPermissionEnforcement: AdmissionPlugin = {
  name: 'OwnerReferencesPermissionEnforcement',
  enabledByDefault: false,
  validate(request, { access }) {
    const { operation, resource, subresource, namespace, name, object, oldObject, user } = request;
    if (!object || (operation !== 'CREATE' && operation !== 'UPDATE')) return;
    if (resource.group === '' && resource.resource === 'pods' && subresource === 'status') return;
    if (deepEqual(owners(object), owners(oldObject))) return;
    const place = { ...(namespace && { namespace }) };
    const { group, version } = resource;
    if (operation === 'UPDATE') {
      const about = { group, version, resource: resource.resource, ...(subresource && { subresource }), ...place };
      const decision = access.authorize(user, { verb: 'delete', name, ...about });
      if (!decision.allowed)
        throw refuse(request, `cannot set an ownerRef on a resource you can't delete: ${decision.reason}, <nil>`);
    }
    for (const owner of newlyBlocking(object, oldObject)) {
      const gv = parseApiVersion(owner.apiVersion);
      const kind = Object.values(resources).find((r) => r.kind === owner.kind && r.group === gv.group);
      if (!kind) continue;
      const decision = access.authorize(user, {
        verb: 'update',
        ...gv,
        resource: kind.resource,
        subresource: 'finalizers',
        name: owner.name,
        ...(kind.namespaced ? place : {}),
      });
      if (decision.allowed) continue;
      throw refuse(
        request,
        `cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: ${decision.reason}, <nil>`,
      );
    }
  },
};
