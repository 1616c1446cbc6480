import type { PersistentVolume, PersistentVolumeClaim } from '../../schema/generated/types.ts';

const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';
const SHORT: readonly (readonly [mode: string, short: string])[] = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
];

/** `RWO,ROX`, each mode once and in this order. */
export const accessModes = (modes: readonly string[] | undefined): string =>
  SHORT.filter(([mode]) => modes?.includes(mode))
    .map(([, short]) => short)
    .join(',');

/** The class of a volume or claim; the annotation of old wins. */
export const storageClassOf = ({ metadata, spec }: PersistentVolume | PersistentVolumeClaim): string =>
  metadata.annotations?.[CLASS_ANNOTATION] ?? spec?.storageClassName ?? '';

/** Warnings that volumes and claims share. */
export function storageAnnotationWarnings(annotations: Readonly<Record<string, string>> | undefined): string[] {
  const old: readonly (readonly [key: string, text: string])[] = [
    [CLASS_ANNOTATION, 'deprecated since v1.8; use "storageClassName" attribute instead'],
    ['volume.beta.kubernetes.io/mount-options', 'deprecated since v1.31; use "mountOptions" attribute instead'],
  ];
  return old
    .filter(([key]) => annotations?.[key] !== undefined)
    .map(([key, text]) => `metadata.annotations[${key}]: ${text}`);
}
