import { forbidden, invalid, required, type FieldError } from '../../../machinery/field-error.ts';
import type { FieldPath } from '../../../machinery/field-path.ts';
import { nameIsDnsSubdomain } from '../../../machinery/names-of-objects.ts';
import type {
  ClusterTrustBundleProjection,
  DownwardAPIVolumeFile,
  KeyToPath,
  ProjectedVolumeSource,
  ServiceAccountTokenProjection,
  VolumeProjection,
} from '../../../schema/generated/types.ts';
import { complaints, requiredText, validateLabelSelector } from '../field-rules.ts';
import { internalForm } from '../internal-form.ts';
import { fileMode, localFilePath } from '../paths.ts';
import { validateFieldSelector, validateResourceSelector } from './downward-api.ts';

export function validateKeyToPath(at: FieldPath, item: KeyToPath): FieldError[] {
  return [
    ...requiredText(at.child('key'), item.key),
    ...requiredText(at.child('path'), item.path),
    ...localFilePath(at.child('path'), item.path ?? ''),
    ...fileMode(at.child('mode'), item.mode),
  ];
}

export function validateDownwardFile(at: FieldPath, file: DownwardAPIVolumeFile): FieldError[] {
  const errors = [...requiredText(at.child('path'), file.path), ...localFilePath(at.child('path'), file.path ?? '')];
  if (file.fieldRef) {
    errors.push(...validateFieldSelector(at.child('fieldRef'), file.fieldRef, true));
    if (file.resourceFieldRef) {
      errors.push(invalid(at, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'));
    }
  } else if (file.resourceFieldRef) {
    errors.push(...validateResourceSelector(at.child('resourceFieldRef'), file.resourceFieldRef, true));
  } else errors.push(required(at, 'one of fieldRef and resourceFieldRef is required'));
  return [...errors, ...fileMode(at.child('mode'), file.mode)];
}

function token(at: FieldPath, volumeAt: FieldPath, source: ServiceAccountTokenProjection): FieldError[] {
  const seconds = source.expirationSeconds ?? 0;
  const here = at.child('expirationSeconds');
  const errors: FieldError[] = [];
  if (seconds < 600) errors.push(invalid(here, seconds, 'may not specify a duration less than 10 minutes'));
  if (seconds > 2 ** 32) errors.push(invalid(here, seconds, 'may not specify a duration larger than 2^32 seconds'));
  if (!source.path) errors.push(required(volumeAt.child('path')));
  else errors.push(...localFilePath(volumeAt.child('path'), source.path));
  return errors;
}

function trustBundle(at: FieldPath, source: ClusterTrustBundleProjection): FieldError[] {
  const { name, signerName, labelSelector } = source;
  const path = source.path ?? '';
  const errors: FieldError[] = [];
  if (name !== undefined && signerName !== undefined) {
    errors.push(
      invalid(at, internalForm('ClusterTrustBundleProjection', source), 'only one of name and signerName may be used'),
    );
  } else if (name !== undefined) {
    if (!name) errors.push(required(at.child('name'), 'must be a valid object name'));
    const bad = nameIsDnsSubdomain(name.split(':').at(-1) ?? '', false).map(
      (m) => `not a valid clustertrustbundlename: ${m}`,
    );
    errors.push(...complaints(at.child('name'), name, bad));
    if (labelSelector)
      errors.push(
        invalid(at.child('labelSelector'), labelSelector, 'labelSelector must be unset if name is specified'),
      );
  } else if (signerName !== undefined) {
    if (!signerName) errors.push(required(at.child('signerName'), 'must be a valid signer name'));
    errors.push(...validateLabelSelector(at.child('labelSelector'), labelSelector));
  } else errors.push(required(at, 'either name or signerName must be specified'));
  return [...errors, ...requiredText(at.child('path'), path), ...localFilePath(at.child('path'), path)];
}

/** What one source writes, for the search for files that two sources write: with the name that the complaint shows. */
function filesOf(source: VolumeProjection): { path: string; shown: string }[] {
  const keyed = (name: string | undefined, items: KeyToPath[] | undefined) =>
    (items ?? []).map((item) => ({ path: item.path, shown: name ?? '' }));
  const plain = (path: string | undefined) => (path ? [{ path, shown: path }] : []);
  return [
    ...keyed(source.secret?.name, source.secret?.items),
    ...keyed(source.configMap?.name, source.configMap?.items),
    ...(source.downwardAPI?.items ?? []).flatMap((file) => plain(file.path)),
    ...plain(source.clusterTrustBundle?.path),
  ].filter((file) => file.path);
}

export function validateProjected(at: FieldPath, volume: ProjectedVolumeSource): FieldError[] {
  const errors = fileMode(at.child('defaultMode'), volume.defaultMode);
  const written = new Set<string>();
  (volume.sources ?? []).forEach((source, i) => {
    const here = at.child('sources').index(i);
    for (const kind of ['secret', 'configMap'] as const) {
      const part = source[kind];
      if (!part) continue;
      errors.push(...requiredText(here.child(kind, 'name'), part.name));
      (part.items ?? []).forEach((item, j) =>
        errors.push(...validateKeyToPath(here.child(kind, 'items').index(j), item)),
      );
    }
    for (const file of source.downwardAPI?.items ?? [])
      errors.push(...validateDownwardFile(here.child('downwardAPI'), file));
    if (source.serviceAccountToken)
      errors.push(...token(here.child('serviceAccountToken'), at, source.serviceAccountToken));
    if (source.clusterTrustBundle)
      errors.push(...trustBundle(here.child('clusterTrustBundle'), source.clusterTrustBundle));
    for (const { path, shown } of filesOf(source)) {
      if (written.has(path)) errors.push(invalid(at, shown, 'conflicting duplicate paths'));
      written.add(path);
    }
    if (Object.values(source).filter((part) => part !== undefined).length > 1) {
      errors.push(forbidden(here, 'may not specify more than 1 volume type per source'));
    }
  });
  return errors;
}
