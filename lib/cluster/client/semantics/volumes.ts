import { createHash } from 'node:crypto';
import { quantityNanos } from '../../machinery/quantity.ts';
import { selects } from '../../machinery/selector.ts';
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod, Volume } from '../../schema/generated/types.ts';
import { matchesNodeSelector } from './node-affinity.ts';

export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';

/** The class of a claim or volume; the annotation of old wins. */
export function storageClassOf(object: PersistentVolumeClaim | PersistentVolume): string {
  return (
    object.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? object.spec?.storageClassName ?? ''
  );
}

export function isBound(claim: PersistentVolumeClaim): boolean {
  return Boolean(claim.spec?.volumeName) && claim.metadata.annotations?.[BIND_COMPLETED] !== undefined;
}

/** The claim that a pod's volume uses: a named one, or that of an ephemeral volume. */
export function claimNameOf(pod: Pod, volume: Volume): string | undefined {
  if (volume.ephemeral) return `${pod.metadata.name}-${volume.name}`;
  return volume.persistentVolumeClaim?.claimName;
}

export function isClaimFor(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { claimRef } = volume.spec ?? {};
  const { name, namespace, uid } = claim.metadata;
  return claimRef?.name === name && claimRef.namespace === namespace && (!claimRef.uid || claimRef.uid === uid);
}

/** The name that an attachment of this volume to this node must have. */
export function attachmentName({ spec }: PersistentVolume, node: string): string {
  const { volumeHandle = '', driver = '' } = spec?.csi ?? {};
  return `csi-${createHash('sha256').update(`${volumeHandle}${driver}${node}`).digest('hex')}`;
}

export function fitsNode(volume: PersistentVolume, node: Node): boolean {
  const required = volume.spec?.nodeAffinity?.required;
  return !required || matchesNodeSelector(required, node);
}

function couldHold(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const modes = volume.spec?.accessModes ?? [];
  return (
    (volume.spec?.volumeMode ?? 'Filesystem') === (claim.spec?.volumeMode ?? 'Filesystem') &&
    (claim.spec?.accessModes ?? []).every((mode) => modes.includes(mode)) &&
    quantityNanos(volume.spec?.capacity?.['storage']) >= quantityNanos(claim.spec?.resources?.requests?.['storage']) &&
    (volume.spec?.volumeAttributesClassName ?? '') === (claim.spec?.volumeAttributesClassName ?? '') &&
    !volume.metadata.deletionTimestamp
  );
}

/**
 * The volume that a claim should get: one reserved for it, else the smallest free one of its class, modes and size that its
 * selector and, when given, the node allow. `delayed` leaves everything but reserved volumes to the first consumer.
 */
export function findVolume(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  options: { node?: Node; delayed?: boolean; taken?: ReadonlySet<string> } = {},
): PersistentVolume | undefined {
  const { node, delayed = false, taken } = options;
  let best: PersistentVolume | undefined;
  for (const volume of volumes) {
    if (taken?.has(volume.metadata.name)) continue;
    const reserved = isClaimFor(volume, claim);
    if (volume.spec?.claimRef && !reserved) continue;
    if (!couldHold(volume, claim)) continue;
    if (node && !fitsNode(volume, node)) continue;
    if (reserved) return volume;
    if (delayed || (volume.status?.phase !== 'Available' && volume.status?.phase !== undefined)) continue;
    if (storageClassOf(volume) !== storageClassOf(claim)) continue;
    if (claim.spec?.selector && !selects(claim.spec.selector, volume.metadata.labels)) continue;
    if (!best || smaller(volume, best)) best = volume;
  }
  return best;
}

const smaller = (a: PersistentVolume, b: PersistentVolume): boolean =>
  quantityNanos(a.spec?.capacity?.['storage']) < quantityNanos(b.spec?.capacity?.['storage']);
