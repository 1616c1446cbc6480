import { X509Certificate } from 'node:crypto';
import { AUTHENTICATED_GROUP, type UserInfo } from '../../machinery/user.ts';

/** Who a client certificate (DER) of this authority (PEM) says it is; undefined when it is not the authority's, or not valid now. */
export function certificateUser(certificate: Uint8Array, authority: string, now: number): UserInfo | undefined {
  try {
    const cert = new X509Certificate(certificate);
    const ca = new X509Certificate(authority);
    if (!cert.checkIssued(ca) || !cert.verify(ca.publicKey)) return undefined;
    if (now < Date.parse(cert.validFrom) || now > Date.parse(cert.validTo)) return undefined;
    const named = (type: string) =>
      cert.subject
        .split('\n')
        .filter((line) => line.startsWith(`${type}=`))
        .map((line) => line.slice(type.length + 1));
    const [username] = named('CN');
    return username === undefined ? undefined : { username, groups: [...named('O'), AUTHENTICATED_GROUP] };
  } catch {
    return undefined;
  }
}
