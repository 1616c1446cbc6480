import { deepEqual } from '../../../kit/deep.ts';
import { MASTERS_GROUP } from '../../machinery/user.ts';
import { clusterrolebindings, clusterroles, rolebindings, roles } from '../../schema/generated/resources.ts';
import type { ClusterRole, Role, RoleBinding } from '../../schema/generated/types.ts';
import {
  refuse,
  writes,
  type AdmissionContext,
  type AdmissionPlugin,
  type AdmissionRequest,
  type GrantedRule,
} from '../plugin.ts';
import { escalation } from './rule-cover.ts';

const EVERYTHING: readonly GrantedRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/** Whether the user holds the right that waives the check: `escalate` on the role, `bind` on what a binding refers to. */
function isWaived(
  request: AdmissionRequest,
  { access }: AdmissionContext,
  verb: string,
  resource: string,
  name: string,
): boolean {
  const { resource: of, namespace, user } = request;
  const about = { verb, group: of.group, version: of.version, resource, name, ...(namespace && { namespace }) };
  return access.authorize(user, about).allowed;
}

function confirm(request: AdmissionRequest, { access }: AdmissionContext, rules: readonly GrantedRule[]): void {
  const { user, namespace } = request;
  const why = escalation(user, access.rulesFor(user, namespace), rules);
  if (why) throw refuse(request, why);
}

function checkRole(request: AdmissionRequest, context: AdmissionContext): void {
  const role = request.object as unknown as Role & ClusterRole;
  const old = request.oldObject as unknown as (Role & ClusterRole) | undefined;
  const unchanged =
    deepEqual(role.rules ?? [], old?.rules ?? []) && deepEqual(role.aggregationRule, old?.aggregationRule);
  if (old && unchanged) return;
  if (isWaived(request, context, 'escalate', request.resource.resource, role.metadata.name)) return;
  confirm(request, context, role.rules ?? []);
  const { user } = request;
  if (role.aggregationRule && escalation(user, context.access.rulesFor(user, ''), EVERYTHING))
    throw refuse(request, 'must have cluster-admin privileges to use the aggregationRule');
}

async function checkBinding(request: AdmissionRequest, context: AdmissionContext): Promise<void> {
  const binding = request.object as unknown as RoleBinding;
  const old = request.oldObject as unknown as RoleBinding | undefined;
  if (old && deepEqual(binding.roleRef, old.roleRef) && deepEqual(binding.subjects ?? [], old.subjects ?? [])) return;
  const { kind, name } = binding.roleRef;
  const resource = kind === 'ClusterRole' ? 'clusterroles' : 'roles';
  if (isWaived(request, context, 'bind', resource, name)) return;
  const { client } = context;
  const role =
    kind === 'ClusterRole'
      ? await client.get(clusterroles, '', name)
      : await client.get(roles, request.namespace, name);
  confirm(request, context, role.rules ?? []);
}

/**
 * Nobody grants what they do not hold. Upstream's storage of roles and bindings checks this, after mutating admission and
 * before validation; it cannot be switched off.
 */
export const rbacEscalation: AdmissionPlugin = {
  name: 'RBACEscalation',
  enabledByDefault: true,
  async admit(request, context) {
    if (request.user.groups.includes(MASTERS_GROUP)) return;
    const both = ['CREATE', 'UPDATE'] as const;
    if (writes(request, roles, ...both) || writes(request, clusterroles, ...both)) checkRole(request, context);
    else if (writes(request, rolebindings, ...both) || writes(request, clusterrolebindings, ...both))
      await checkBinding(request, context);
  },
};
