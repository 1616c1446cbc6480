import { csrApproval } from '../../kinds/certificates/certificate-signing-request.ts';
import type { ApiRequest, ApiResult } from '../../machinery/api-request.ts';
import type { CertificateSigningRequest } from '../../schema/generated/types.ts';
import type { Call } from '../core.ts';
import { kindContext } from '../core.ts';
import { patch } from '../handlers/patch.ts';
import { get } from '../handlers/read.ts';
import { putWith } from '../handlers/update.ts';
import type { StoredObject } from '../strategy.ts';

const asRequest = (object: StoredObject) => object as unknown as CertificateSigningRequest;

/** `certificatesigningrequests/approval`: sets the conditions Approved and Denied; labels and annotations pass, too. */
export function approval(call: Call, request: ApiRequest): ApiResult | Promise<ApiResult> {
  if (request.verb === 'get') return get(call);
  const plan = {
    prepare(draft: StoredObject, current: StoredObject) {
      csrApproval.prepare(asRequest(draft), asRequest(current), kindContext(call));
    },
    validate: (draft: StoredObject, current: StoredObject) =>
      csrApproval.validate(asRequest(draft), asRequest(current)),
  };
  return request.verb === 'patch' ? patch(call, request.patchType ?? 'merge', plan) : putWith(call, plan);
}
