import { deepEqual } from '../../../kit/deep.ts';
import { forbidden, invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { canonicalQuantity, quantityValue } from '../../machinery/quantity.ts';
import { formatTime } from '../../machinery/object.ts';
import { persistentvolumes } from '../../schema/generated/resources.ts';
import type {
  CSIPersistentVolumeSource,
  LocalVolumeSource,
  PersistentVolume,
  PersistentVolumeSpec,
  SecretReference,
} from '../../schema/generated/types.ts';
import { defineKind, type Column } from '../define.ts';
import { validateAccessModes, validateVolumeMode } from '../shared/claim-spec.ts';
import { age, column, name } from '../shared/columns.ts';
import { validateCsiDriverName } from '../shared/csi-driver-name.ts';
import {
  entriesOf,
  immutable,
  IMMUTABLE,
  labelName,
  positiveQuantity,
  requiredText,
  requiredThen,
  subdomainName,
} from '../shared/field-rules.ts';
import { internalDiff, internalForm } from '../shared/internal-form.ts';
import { isRoot, noBacksteps } from '../shared/paths.ts';
import { validateNodeSelector } from '../shared/pod-spec/affinity.ts';
import { fractional, nodeTermWarnings } from '../shared/pod-spec/warnings.ts';
import { sourceChecks, validateSources, type SourceRule } from '../shared/volume-sources.ts';
import { accessModes, storageAnnotationWarnings, storageClassOf } from './volume-columns.ts';

const SPEC = FieldPath.of('spec');
const POLICIES = ['Delete', 'Recycle', 'Retain'];
const POLICY = SPEC.child('persistentVolumeReclaimPolicy');
const AFFINITY = SPEC.child('nodeAffinity');

function secretErrors(at: FieldPath, ref: SecretReference | undefined): FieldError[] {
  if (!ref) return [];
  return [
    ...requiredThen(at.child('name'), ref.name, subdomainName),
    ...requiredThen(at.child('namespace'), ref.namespace, labelName),
  ];
}

const csi: SourceRule['check'] = (at, value) => {
  const source = value as unknown as CSIPersistentVolumeSource;
  return [
    ...validateCsiDriverName(at.child('driver'), source.driver ?? ''),
    ...requiredText(at.child('volumeHandle'), source.volumeHandle),
    ...(
      [
        'controllerPublishSecretRef',
        'controllerExpandSecretRef',
        'nodePublishSecretRef',
        'nodeExpandSecretRef',
      ] as const
    ).flatMap((key) => secretErrors(at.child(key), source[key])),
  ];
};

const local: SourceRule['check'] = (at, value) => {
  const { path } = value as unknown as LocalVolumeSource;
  return path ? noBacksteps(at.child('path'), path) : [required(at.child('path'))];
};

const RULES: readonly SourceRule[] = [
  { key: 'hostPath', check: sourceChecks.hostPath },
  { key: 'gcePersistentDisk', path: 'persistentDisk', check: sourceChecks.gcePersistentDisk },
  { key: 'awsElasticBlockStore', check: sourceChecks.awsElasticBlockStore },
  { key: 'glusterfs', check: sourceChecks.glusterfs },
  { key: 'flocker', check: sourceChecks.flocker },
  { key: 'nfs', check: sourceChecks.nfs },
  { key: 'rbd', check: sourceChecks.rbd },
  { key: 'quobyte', check: sourceChecks.quobyte },
  { key: 'cephfs', extraPath: 'cephFS', check: sourceChecks.cephfs },
  { key: 'iscsi', check: sourceChecks.iscsiVolume },
  { key: 'cinder', check: sourceChecks.cinderVolume },
  { key: 'fc', check: sourceChecks.fc },
  { key: 'flexVolume', check: sourceChecks.flexVolume },
  { key: 'azureFile', check: sourceChecks.azureFile },
  { key: 'vsphereVolume', check: sourceChecks.vsphereVolume },
  { key: 'photonPersistentDisk', check: sourceChecks.photonPersistentDisk },
  { key: 'portworxVolume', check: sourceChecks.portworxVolume },
  { key: 'azureDisk', check: sourceChecks.azureDisk },
  { key: 'scaleIO', check: sourceChecks.scaleIO },
  { key: 'local', check: local },
  { key: 'storageos', check: sourceChecks.storageosVolume },
  { key: 'csi', check: csi },
];

function capacityErrors(capacity: Record<string, string> | undefined): FieldError[] {
  const at = SPEC.child('capacity');
  const entries = entriesOf(capacity);
  const errors: FieldError[] = entries.length ? [] : [required(at)];
  if (capacity?.storage === undefined || entries.length > 1) {
    const shown = capacity && Object.fromEntries(entries.map(([key, q]) => [key, canonicalQuantity(q)]));
    errors.push(notSupported(at, shown, ['storage']));
  }
  for (const [key, quantity] of entries) {
    const bytes = quantityValue(quantity);
    if (bytes < 0) errors.push(invalid(at.key(key), bytes, 'must be a valid resource quantity'));
    errors.push(...positiveQuantity(at.key(key), quantity));
  }
  return errors;
}

function affinityErrors({ nodeAffinity }: PersistentVolumeSpec): FieldError[] {
  if (!nodeAffinity) return [];
  const at = AFFINITY.child('required');
  return nodeAffinity.required
    ? validateNodeSelector(at, nodeAffinity.required)
    : [required(at, 'must specify required node constraints')];
}

function validate({ spec: given }: PersistentVolume): FieldError[] {
  const spec = given ?? {};
  const modes = spec.accessModes ?? [];
  const policy = spec.persistentVolumeReclaimPolicy;
  const { storageClassName: className, volumeAttributesClassName: attributes } = spec;
  const sources = validateSources(SPEC, spec as Record<string, unknown>, RULES);
  const errors = [
    ...(modes.length ? [] : [required(SPEC.child('accessModes'))]),
    ...validateAccessModes(SPEC.child('accessModes'), modes),
    ...capacityErrors(spec.capacity),
    ...(policy && !POLICIES.includes(policy) ? [notSupported(POLICY, policy, POLICIES)] : []),
    ...affinityErrors(spec),
    ...sources.errors,
  ];
  if (spec.local && sources.count === 1 && !spec.nodeAffinity) {
    errors.push(required(AFFINITY, 'Local volume requires node affinity'));
  }
  if (sources.count === 0) errors.push(required(SPEC, 'must specify a volume type'));
  if (policy === 'Recycle' && spec.hostPath && isRoot(spec.hostPath.path)) {
    errors.push(forbidden(POLICY, "may not be 'recycle' for a hostPath mount of '/'"));
  }
  if (className) errors.push(...subdomainName(SPEC.child('storageClassName'), className));
  errors.push(...validateVolumeMode(SPEC.child('volumeMode'), spec.volumeMode));
  if (attributes !== undefined) {
    const at = SPEC.child('volumeAttributesClassName');
    errors.push(...(attributes ? subdomainName(at, attributes) : [required(at, 'an empty string is disallowed')]));
    if (!spec.csi) errors.push(required(SPEC.child('csi'), 'has to be specified when using volumeAttributesClassName'));
  }
  return errors;
}

/** Only the source, without the one secret that may be added later. */
function sourceOf(spec: PersistentVolumeSpec | undefined, old: PersistentVolumeSpec | undefined): PersistentVolumeSpec {
  const source = Object.fromEntries(
    Object.entries(spec ?? {}).filter(([key]) => RULES.some((rule) => rule.key === key)),
  );
  if (old?.csi && !old.csi.controllerExpandSecretRef && spec?.csi) {
    source.csi = { ...spec.csi, controllerExpandSecretRef: undefined };
  }
  return source;
}

function validateUpdate(pv: PersistentVolume, old: PersistentVolume): FieldError[] {
  const errors = validate(pv);
  const [now, before] = [sourceOf(pv.spec, old.spec), sourceOf(old.spec, undefined)];
  if (!deepEqual(now, before)) {
    const diff = internalDiff('PersistentVolumeSource', before, now);
    errors.push(
      forbidden(
        SPEC.child('persistentvolumesource'),
        `spec.persistentvolumesource is immutable after creation\n${diff}`,
      ),
    );
  }
  errors.push(...immutable(FieldPath.of('volumeMode'), pv.spec?.volumeMode, old.spec?.volumeMode));
  if (old.spec?.nodeAffinity && !deepEqual(pv.spec?.nodeAffinity, old.spec.nodeAffinity)) {
    const shown = internalForm('VolumeNodeAffinity', pv.spec?.nodeAffinity);
    errors.push(
      invalid(FieldPath.of('nodeAffinity'), shown, `${IMMUTABLE}, except for updating from beta label to GA`),
    );
  }
  if (old.spec?.volumeAttributesClassName !== undefined && pv.spec?.volumeAttributesClassName === undefined) {
    errors.push(forbidden(SPEC.child('volumeAttributesClassName'), 'update from non-nil value to nil is forbidden'));
  }
  return errors;
}

const OLD_SOURCES: readonly (readonly [key: keyof PersistentVolumeSpec, text: string, shown?: string])[] = [
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+', 'storageOS'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];

function warnings({ metadata, spec: given }: PersistentVolume): string[] {
  const spec = given ?? {};
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  const termsAt = AFFINITY.child('required', 'nodeSelectorTerms');
  return [
    ...storageAnnotationWarnings(metadata.annotations),
    ...(spec.persistentVolumeReclaimPolicy === 'Recycle'
      ? [
          `${POLICY.toString()}: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.`,
        ]
      : []),
    ...terms.flatMap((term, i) => nodeTermWarnings(termsAt.index(i), term)),
    ...OLD_SOURCES.filter(([key]) => spec[key] !== undefined).map(
      ([key, text, shown = key]) => `spec.${shown}: ${text}`,
    ),
    ...fractional(SPEC.child('capacity').key('storage'), spec.capacity?.storage),
  ];
}

const claim = ({ spec }: PersistentVolume): string =>
  spec?.claimRef ? `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}` : '';

const columns: readonly Column<PersistentVolume>[] = [
  name(),
  column('Capacity', 'string', 'How much it holds.', (o) => canonicalQuantity(o.spec?.capacity?.storage ?? '0')),
  column('Access Modes', 'string', 'How it can be mounted.', (o) => accessModes(o.spec?.accessModes)),
  column(
    'Reclaim Policy',
    'string',
    'What happens when its claim goes.',
    (o) => o.spec?.persistentVolumeReclaimPolicy ?? '',
  ),
  column('Status', 'string', 'Whether it is bound.', (o) =>
    o.metadata.deletionTimestamp ? 'Terminating' : (o.status?.phase ?? ''),
  ),
  column('Claim', 'string', 'The claim that it belongs to.', claim),
  column('StorageClass', 'string', 'Its storage class.', storageClassOf),
  column(
    'VolumeAttributesClass',
    'string',
    'Its class of attributes.',
    (o) => o.spec?.volumeAttributesClassName ?? '<unset>',
  ),
  column('Reason', 'string', 'Why it failed.', (o) => o.status?.reason ?? ''),
  age(),
  column('VolumeMode', 'string', 'A file system or a raw device.', (o) => o.spec?.volumeMode ?? '<unset>', {
    priority: 1,
  }),
];

export const persistentVolume = defineKind<PersistentVolume>({
  resource: persistentvolumes,
  defaults(draft) {
    draft.spec ??= {};
    draft.status ??= {};
    draft.status.phase ||= 'Pending';
    const { spec } = draft;
    spec.persistentVolumeReclaimPolicy ||= 'Retain';
    spec.volumeMode ??= 'Filesystem';
    if (spec.hostPath) spec.hostPath.type ??= '';
    if (spec.iscsi) spec.iscsi.iscsiInterface ||= 'default';
    if (spec.rbd) {
      spec.rbd.pool ||= 'rbd';
      spec.rbd.user ||= 'admin';
      spec.rbd.keyring ||= '/etc/ceph/keyring';
    }
    if (spec.azureDisk) {
      spec.azureDisk.cachingMode ??= 'ReadWrite';
      spec.azureDisk.kind ??= 'Shared';
      spec.azureDisk.fsType ??= 'ext4';
      spec.azureDisk.readOnly ??= false;
    }
    if (spec.scaleIO) {
      spec.scaleIO.storageMode ||= 'ThinProvisioned';
      spec.scaleIO.fsType ||= 'xfs';
    }
  },
  prepareForCreate(draft, { clock }) {
    draft.status = { phase: 'Pending', lastPhaseTransitionTime: formatTime(clock.now()) };
  },
  prepareForStatusUpdate(draft, old, { clock }) {
    if (!draft.status || draft.status.phase === old.status?.phase) return;
    const given = draft.status.lastPhaseTransitionTime;
    if (!given || given === old.status?.lastPhaseTransitionTime)
      draft.status.lastPhaseTransitionTime = formatTime(clock.now());
  },
  validate,
  validateUpdate,
  warnings,
  answersWithDeleted: true,
  columns,
});
