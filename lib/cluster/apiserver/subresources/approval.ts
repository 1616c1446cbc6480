import { deepClone } from '../../../kit/deep.ts';
import type { ApiRequest, ApiResult } from '../../machinery/api-request.ts';
import { formatTime } from '../../machinery/object.ts';
import { forbiddenRequest } from '../../machinery/status-error.ts';
import type { CertificateSigningRequest } from '../../schema/generated/types.ts';
import type { Call } from '../core.ts';
import { asObject, keyOf, kindContext } from '../core.ts';
import { patch } from '../handlers/patch.ts';
import { get } from '../handlers/read.ts';
import { putWith } from '../handlers/update.ts';
import type { StoredObject } from '../strategy.ts';

const DECISIONS = new Set(['Approved', 'Denied']);
const asRequest = (object: StoredObject) => object as unknown as CertificateSigningRequest;

/** Only who may approve for a signer may touch its requests (upstream's CertificateApproval admission). */
function mustBeApprover(call: Call): void {
  const found = call.core.store.get(keyOf(call, call.name));
  if (!found) return;
  const { signerName } = asRequest(asObject(found)).spec;
  const domain = signerName.split('/')[0] ?? '';
  const { group, version } = call.served.resource;
  const allowed = [signerName, `${domain}/*`].some(
    (name) =>
      call.core.authorizer.authorize({ user: call.user, verb: 'approve', group, version, resource: 'signers', name })
        .allowed,
  );
  if (allowed) return;
  const why = `user not permitted to approve requests with signerName ${JSON.stringify(signerName)}`;
  throw forbiddenRequest(call.served.resource, call.name, why);
}

/** `certificatesigningrequests/approval`: sets the conditions Approved and Denied, and nothing else. */
export function approval(call: Call, request: ApiRequest): ApiResult | Promise<ApiResult> {
  if (request.verb === 'get') return get(call);
  mustBeApprover(call);
  const { strategy } = call.served;
  const plan = {
    prepare(draft: StoredObject, current: StoredObject) {
      const now = formatTime(call.core.clock.now());
      const wanted = asRequest(draft).status?.conditions ?? [];
      const { resourceVersion } = draft.metadata;
      const before = asRequest(current).status?.conditions ?? [];
      Object.assign(draft, deepClone(current), { metadata: { ...current.metadata, resourceVersion } });
      const others = before.filter((c) => !DECISIONS.has(c.type));
      const decided = wanted
        .filter((c) => DECISIONS.has(c.type))
        .map((c) => ({
          ...c,
          status: c.status || 'True',
          lastUpdateTime: c.lastUpdateTime ?? now,
          lastTransitionTime: before.find((b) => b.type === c.type)?.lastTransitionTime ?? c.lastTransitionTime ?? now,
        }));
      asRequest(draft).status = { ...asRequest(draft).status, conditions: [...decided, ...others] };
    },
    validate: (draft: StoredObject, current: StoredObject) =>
      strategy.validateStatusUpdate(draft, current, kindContext(call)),
  };
  return request.verb === 'patch' ? patch(call, request.patchType ?? 'merge', plan) : putWith(call, plan);
}
