import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { MASTERS_GROUP } from '../../machinery/user.ts';
import { certificatesigningrequests } from '../../schema/generated/resources.ts';
import { refuse, writes, type AdmissionPlugin } from '../plugin.ts';

const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client';

function organizations(pem: string): string[] {
  return new x509.Pkcs10CertificateRequest(pem).subjectName.getField('O');
}

/** Nobody gets a certificate of system:masters by asking. */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  enabledByDefault: true,
  validate(request) {
    if (!writes(request, certificatesigningrequests, 'CREATE')) return;
    const { signerName, request: encoded } = request.object.spec;
    if (signerName !== CLIENT_SIGNER) return;
    let groups: string[];
    try {
      groups = organizations(Buffer.from(encoded, 'base64').toString());
    } catch (err) {
      throw refuse(request, `failed to parse CSR: ${err instanceof Error ? err.message : String(err)}`);
    }
    if (groups.includes(MASTERS_GROUP))
      throw refuse(request, `use of ${CLIENT_SIGNER} signer with ${MASTERS_GROUP} group is not allowed`);
  },
};
