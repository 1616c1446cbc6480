import type { Resource } from '../machinery/resource.ts';
import { persistentvolumeclaims, persistentvolumes, volumeattributesclasses } from '../schema/generated/resources.ts';
import { writes, type AdmissionPlugin } from './plugin.ts';

const FINALIZERS: readonly { resource: Resource; finalizer: string }[] = [
  { resource: persistentvolumeclaims, finalizer: 'kubernetes.io/pvc-protection' },
  { resource: persistentvolumes, finalizer: 'kubernetes.io/pv-protection' },
  { resource: volumeattributesclasses, finalizer: 'kubernetes.io/vac-protection' },
];

/** Claims, volumes and attribute classes in use outlive their deletion: a finalizer, which the protection controllers remove. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  enabledByDefault: true,
  admit(request) {
    for (const { resource, finalizer } of FINALIZERS) {
      const metadata = request.object?.metadata;
      if (!metadata || !writes(request, resource, 'CREATE') || metadata.finalizers?.includes(finalizer)) continue;
      (metadata.finalizers ??= []).push(finalizer);
    }
  },
};
