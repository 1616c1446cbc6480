import { duplicate, forbidden, invalid, required, type FieldError } from '../../../machinery/field-error.ts';
import type { FieldPath } from '../../../machinery/field-path.ts';
import { dns1123Subdomain } from '../../../machinery/names.ts';
import { quantityNanos } from '../../../machinery/quantity.ts';
import type {
  CSIVolumeSource,
  ConfigMapVolumeSource,
  DownwardAPIVolumeSource,
  EmptyDirVolumeSource,
  EphemeralVolumeSource,
  GitRepoVolumeSource,
  ImageVolumeSource,
  SecretVolumeSource,
  Volume,
} from '../../../schema/generated/types.ts';
import { validateClaimTemplate } from '../claim-spec.ts';
import { validateCsiDriverName } from '../csi-driver-name.ts';
import { complaints, labelName, oneOf, requiredText, requiredThen, subdomainName } from '../field-rules.ts';
import { fileMode, localDescendingPath } from '../paths.ts';
import { sourceChecks, validateSources, type Source, type SourceRule } from '../volume-sources.ts';
import type { PodSpecOptions } from './options.ts';
import { validateDownwardFile, validateKeyToPath, validateProjected } from './projections.ts';

/** Lets a check of one source see that source's type. */
const typed =
  <T>(check: (at: FieldPath, source: T) => FieldError[]): SourceRule['check'] =>
  (at, source: Source) =>
    check(at, source as T);

const emptyDir = (at: FieldPath, source: EmptyDirVolumeSource): FieldError[] =>
  quantityNanos(source.sizeLimit) < 0n
    ? [forbidden(at.child('sizeLimit'), 'SizeLimit field must be a valid resource quantity')]
    : [];

const secret = (at: FieldPath, source: SecretVolumeSource): FieldError[] => [
  ...requiredText(at.child('secretName'), source.secretName),
  ...fileMode(at.child('defaultMode'), source.defaultMode),
  ...(source.items ?? []).flatMap((item, i) => validateKeyToPath(at.child('items').index(i), item)),
];

const configMap = (at: FieldPath, source: ConfigMapVolumeSource): FieldError[] => [
  ...requiredText(at.child('name'), source.name),
  ...fileMode(at.child('defaultMode'), source.defaultMode),
  ...(source.items ?? []).flatMap((item, i) => validateKeyToPath(at.child('items').index(i), item)),
];

/** Complaints about a file stand at the source itself, without an index: so upstream has it. */
const downwardApi = (at: FieldPath, source: DownwardAPIVolumeSource): FieldError[] => [
  ...fileMode(at.child('defaultMode'), source.defaultMode),
  ...(source.items ?? []).flatMap((item) => validateDownwardFile(at, item)),
];

const gitRepo = (at: FieldPath, source: GitRepoVolumeSource): FieldError[] => [
  ...requiredText(at.child('repository'), source.repository),
  ...localDescendingPath(at.child('directory'), source.directory ?? ''),
];

function csi(at: FieldPath, source: CSIVolumeSource): FieldError[] {
  const ref = source.nodePublishSecretRef;
  const errors = validateCsiDriverName(at.child('driver'), source.driver ?? '');
  if (ref && !ref.name) errors.push(required(at.child('nodePublishSecretRef', 'name')));
  else if (ref?.name) errors.push(...subdomainName(at.child('name'), ref.name));
  return errors;
}

const ephemeral = (at: FieldPath, source: EphemeralVolumeSource): FieldError[] =>
  source.volumeClaimTemplate
    ? validateClaimTemplate(at.child('volumeClaimTemplate'), source.volumeClaimTemplate)
    : [required(at.child('volumeClaimTemplate'))];

const image =
  (isPod: boolean) =>
  (at: FieldPath, source: ImageVolumeSource): FieldError[] => [
    ...(isPod ? requiredText(at.child('reference'), source.reference) : []),
    ...oneOf(at.child('pullPolicy'), source.pullPolicy, ['Always', 'IfNotPresent', 'Never']),
  ];

const rules = (isPod: boolean): SourceRule[] => [
  { key: 'emptyDir', check: typed(emptyDir) },
  { key: 'hostPath', check: sourceChecks.hostPath },
  { key: 'gitRepo', check: typed(gitRepo) },
  { key: 'gcePersistentDisk', path: 'persistentDisk', check: sourceChecks.gcePersistentDisk },
  { key: 'awsElasticBlockStore', check: sourceChecks.awsElasticBlockStore },
  { key: 'secret', check: typed(secret) },
  { key: 'nfs', check: sourceChecks.nfs },
  { key: 'iscsi', check: sourceChecks.iscsi },
  { key: 'glusterfs', check: sourceChecks.glusterfs },
  { key: 'flocker', check: sourceChecks.flocker },
  { key: 'persistentVolumeClaim', check: sourceChecks.persistentVolumeClaim },
  { key: 'rbd', check: sourceChecks.rbd },
  { key: 'cinder', check: sourceChecks.cinder },
  { key: 'cephfs', extraPath: 'cephFS', check: sourceChecks.cephfs },
  { key: 'quobyte', check: sourceChecks.quobyte },
  { key: 'downwardAPI', extraPath: 'downwarAPI', check: typed(downwardApi) },
  { key: 'fc', check: sourceChecks.fc },
  { key: 'flexVolume', check: sourceChecks.flexVolume },
  { key: 'configMap', check: typed(configMap) },
  { key: 'azureFile', check: sourceChecks.azureFile },
  { key: 'vsphereVolume', check: sourceChecks.vsphereVolume },
  { key: 'photonPersistentDisk', check: sourceChecks.photonPersistentDisk },
  { key: 'portworxVolume', check: sourceChecks.portworxVolume },
  { key: 'azureDisk', check: sourceChecks.azureDisk },
  { key: 'storageos', check: sourceChecks.storageos },
  { key: 'projected', check: typed(validateProjected) },
  { key: 'scaleIO', check: sourceChecks.scaleIO },
  { key: 'csi', check: typed(csi) },
  { key: 'ephemeral', check: typed(ephemeral) },
  { key: 'image', check: typed(image(isPod)) },
];

const podRules = rules(true);
const templateRules = rules(false);

function validateSource(at: FieldPath, volume: Volume, options: PodSpecOptions): FieldError[] {
  const { name, ...source } = volume;
  const { errors, count } = validateSources(at, source, options.isPod ? podRules : templateRules);
  if (volume.ephemeral && options.podName && name) {
    const claim = `${options.podName}-${name}`;
    const bad = dns1123Subdomain(claim).map((message) => `PVC name ${JSON.stringify(claim)}: ${message}`);
    errors.push(...complaints(at.child('name'), name, bad));
  }
  return count ? errors : [...errors, required(at, 'must specify a volume type')];
}

/** The volumes of a pod; `byName` are those without errors, which mounts may use. */
export function validateVolumes(
  at: FieldPath,
  volumes: readonly Volume[] | undefined,
  options: PodSpecOptions,
): { errors: FieldError[]; byName: Map<string, Volume> } {
  const all = volumes ?? [];
  const errors: FieldError[] = [];
  const byName = new Map<string, Volume>();
  const made = options.podName ? all.filter((v) => v.ephemeral).map((v) => `${options.podName}-${v.name}`) : [];
  all.forEach((volume, i) => {
    const here = at.index(i);
    const own = validateSource(here, volume, options);
    own.push(...requiredThen(here.child('name'), volume.name, labelName));
    if (byName.has(volume.name)) own.push(duplicate(here.child('name'), volume.name));
    if (own.length === 0) byName.set(volume.name, volume);
    errors.push(...own);
    const claim = volume.persistentVolumeClaim?.claimName;
    if (claim !== undefined && made.includes(claim)) {
      const why = 'must not reference a PVC that gets created for an ephemeral volume';
      errors.push(invalid(here.child('persistentVolumeClaim', 'claimName'), claim, why));
    }
  });
  return { errors, byName };
}
