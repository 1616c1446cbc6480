import { certificatesigningrequests } from '../../schema/generated/resources.ts';
import type { CertificateSigningRequest } from '../../schema/generated/types.ts';
import { refuse, type AdmissionPlugin } from '../plugin.ts';
import { mayUseSigner } from './signers.ts';

/** Who approves a request must have the right to approve for its signer. */
export const certificateApproval: AdmissionPlugin = {
  name: 'CertificateApproval',
  enabledByDefault: true,
  validate(request, { access }) {
    const { operation, resource, subresource, oldObject, user } = request;
    if (operation !== 'UPDATE' || subresource !== 'approval') return;
    if (
      resource.group !== certificatesigningrequests.group ||
      resource.resource !== certificatesigningrequests.resource
    )
      return;
    const { signerName } = (oldObject as unknown as CertificateSigningRequest).spec;
    if (mayUseSigner(access, user, 'approve', signerName)) return;
    throw refuse(request, `user not permitted to approve requests with signerName "${signerName}"`);
  },
};
