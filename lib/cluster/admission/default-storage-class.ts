import { persistentvolumeclaims, storageclasses } from '../schema/generated/resources.ts';
import type { StorageClass } from '../schema/generated/types.ts';
import { writes, type AdmissionPlugin } from './plugin.ts';

const DEFAULT_ANNOTATIONS = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];

/** The default class: of several the newest, then the first by name. */
export function defaultStorageClassOf(classes: readonly StorageClass[]): StorageClass | undefined {
  const made = (c: StorageClass) => c.metadata.creationTimestamp ?? '';
  return classes
    .filter((c) => DEFAULT_ANNOTATIONS.some((a) => c.metadata.annotations?.[a] === 'true'))
    .sort((a, b) => made(b).localeCompare(made(a)) || a.metadata.name.localeCompare(b.metadata.name))[0];
}

/** A claim that names no class gets the default one; one that names '' keeps it. */
export const defaultStorageClass: AdmissionPlugin = {
  name: 'DefaultStorageClass',
  enabledByDefault: true,
  async admit(request, { client }) {
    if (!writes(request, persistentvolumeclaims, 'CREATE')) return;
    const claim = request.object;
    if (
      claim.spec.storageClassName !== undefined ||
      claim.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] !== undefined
    )
      return;
    const found = defaultStorageClassOf((await client.list(storageclasses)).items);
    if (found) claim.spec.storageClassName = found.metadata.name;
  },
};
