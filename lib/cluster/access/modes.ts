import { MASTERS_GROUP } from '../machinery/user.ts';
import type { Attributes, Authorizer, Decision } from './authorizer.ts';

/** What `--authorization-mode` may name. */
export const MODES: readonly string[] = ['AlwaysAllow', 'AlwaysDeny', 'ABAC', 'Webhook', 'RBAC', 'Node'];

const alwaysAllow: Authorizer = { authorize: () => ({ allowed: true, reason: '' }) };
const alwaysDeny: Authorizer = { authorize: () => ({ allowed: false, reason: 'Everything is forbidden.' }) };

/** Asks each authorizer in turn; the first that allows decides. Members of system:masters may do everything. */
export function authorizationModes(
  modes: readonly string[],
  available: { Node: Authorizer; RBAC: Authorizer },
): Authorizer {
  const byMode: Record<string, Authorizer> = { ...available, AlwaysAllow: alwaysAllow, AlwaysDeny: alwaysDeny };
  const chain = modes.flatMap((mode) => byMode[mode] ?? []);
  return {
    authorize(attributes: Attributes): Decision {
      if (attributes.user.groups.includes(MASTERS_GROUP)) return { allowed: true, reason: '' };
      const reasons: string[] = [];
      for (const authorizer of chain) {
        const decision = authorizer.authorize(attributes);
        if (decision.allowed) return decision;
        if (decision.reason) reasons.push(decision.reason);
      }
      return { allowed: false, reason: reasons.join(', ') };
    },
  };
}
