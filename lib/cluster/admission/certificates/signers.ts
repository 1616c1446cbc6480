import type { AccessRights } from '../plugin.ts';
import type { UserInfo } from '../../machinery/user.ts';

/** Whether a user may do something with the requests for a signer: by its name, or by `domain/*` for all of a domain. */
export function mayUseSigner(access: AccessRights, user: UserInfo, verb: string, signerName: string): boolean {
  const all = `${signerName.split('/')[0] ?? ''}/*`;
  return [signerName, all].some(
    (name) =>
      access.authorize(user, { verb, group: 'certificates.k8s.io', version: '*', resource: 'signers', name }).allowed,
  );
}
