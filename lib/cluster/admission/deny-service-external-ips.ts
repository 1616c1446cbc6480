import { services } from '../schema/generated/resources.ts';
import { refuse, writes, type AdmissionPlugin } from './plugin.ts';

/** Services get no new external addresses; those that they have may stay. */
export const denyServiceExternalIPs: AdmissionPlugin = {
  name: 'DenyServiceExternalIPs',
  enabledByDefault: false,
  validate(request) {
    if (!writes(request, services, 'CREATE', 'UPDATE')) return;
    const { externalIPs = [] } = request.object.spec ?? {};
    const old = request.operation === 'UPDATE' ? (request.oldObject.spec?.externalIPs ?? []) : [];
    if (externalIPs.every((ip) => old.includes(ip))) return;
    throw refuse(request, 'Use of external IPs is denied by admission control.');
  },
};
