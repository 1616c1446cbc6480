import { quantityNanos } from '../machinery/quantity.ts';
import { isNotFound } from '../machinery/status-error.ts';
import { persistentvolumeclaims, storageclasses } from '../schema/generated/resources.ts';
import type { PersistentVolumeClaim } from '../schema/generated/types.ts';
import { refuse, writes, type AdmissionContext, type AdmissionPlugin } from './plugin.ts';

const size = (claim: PersistentVolumeClaim) => quantityNanos(claim.spec.resources?.requests?.storage);

async function allowsExpansion(name: string | undefined, { client }: AdmissionContext): Promise<boolean> {
  if (!name) return false;
  try {
    return (await client.get(storageclasses, '', name)).allowVolumeExpansion === true;
  } catch (err) {
    if (isNotFound(err)) return false;
    throw err;
  }
}

/** Only a bound claim of a class that allows it may grow. */
export const persistentVolumeClaimResize: AdmissionPlugin = {
  name: 'PersistentVolumeClaimResize',
  enabledByDefault: true,
  async validate(request, context) {
    if (!writes(request, persistentvolumeclaims, 'UPDATE')) return;
    const claim = request.object;
    const old = request.oldObject;
    if (size(claim) <= size(old)) return;
    if (old.status?.phase !== 'Bound') throw refuse(request, 'Only bound persistent volume claims can be expanded');
    if (await allowsExpansion(claim.spec.storageClassName, context)) return;
    throw refuse(
      request,
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    );
  },
};
