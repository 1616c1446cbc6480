import { deepEqual } from '../../../kit/deep.ts';
import { certificatesigningrequests } from '../../schema/generated/resources.ts';
import type { CertificateSigningRequest } from '../../schema/generated/types.ts';
import { refuse, type AdmissionPlugin } from '../plugin.ts';
import { mayUseSigner } from './signers.ts';

/** Who puts a certificate or a condition on a request must have the right to sign for its signer. */
export const certificateSigning: AdmissionPlugin = {
  name: 'CertificateSigning',
  enabledByDefault: true,
  validate(request, { access }) {
    const { operation, resource, subresource, user } = request;
    if (operation !== 'UPDATE' || subresource !== 'status') return;
    if (
      resource.group !== certificatesigningrequests.group ||
      resource.resource !== certificatesigningrequests.resource
    )
      return;
    const object = request.object as unknown as CertificateSigningRequest;
    const old = request.oldObject as unknown as CertificateSigningRequest;
    const unchanged =
      object.status?.certificate === old.status?.certificate &&
      deepEqual(object.status?.conditions ?? [], old.status?.conditions ?? []);
    if (unchanged || mayUseSigner(access, user, 'sign', old.spec.signerName)) return;
    throw refuse(request, `user not permitted to sign requests with signerName "${old.spec.signerName}"`);
  },
};
