import { invalid, type FieldError } from '../../../machinery/field-error.ts';
import type { FieldPath } from '../../../machinery/field-path.ts';
import { configMapKey, envVarName } from '../../../machinery/names.ts';
import { nameIsDnsSubdomain } from '../../../machinery/names-of-objects.ts';
import type { EnvFromSource, EnvVar, EnvVarSource, FileKeySelector, Volume } from '../../../schema/generated/types.ts';
import { complaints, requiredText, requiredThen, subdomainName } from '../field-rules.ts';
import { localDescendingPath } from '../paths.ts';
import { validateFieldSelector, validateResourceSelector } from './downward-api.ts';

const VALUE_SOURCES =
  'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';

function keySelector(at: FieldPath, selector: { name?: string; key?: string }): FieldError[] {
  return [
    ...subdomainName(at.child('name'), selector.name ?? ''),
    ...requiredThen(at.child('key'), selector.key, (here, key) => complaints(here, key, configMapKey(key))),
  ];
}

function fileKeySelector(at: FieldPath, selector: FileKeySelector, volumes: ReadonlyMap<string, Volume>): FieldError[] {
  const errors = requiredText(at.child('key'), selector.key);
  if (selector.key) errors.push(...complaints(at.child('key'), selector.key, envVarName(selector.key)));
  errors.push(...requiredText(at.child('volumeName'), selector.volumeName));
  const volume = volumes.get(selector.volumeName);
  if (volume && !volume.emptyDir) {
    errors.push(invalid(at.child('volumeName'), selector.volumeName, 'referenced volume must be of type emptyDir'));
  }
  errors.push(...requiredText(at.child('path'), selector.path));
  if (selector.path) errors.push(...localDescendingPath(at.child('path'), selector.path));
  return errors;
}

function valueFrom(
  at: FieldPath,
  source: EnvVarSource,
  value: string,
  volumes: ReadonlyMap<string, Volume>,
): FieldError[] {
  const errors: FieldError[] = [];
  if (source.fieldRef) errors.push(...validateFieldSelector(at.child('fieldRef'), source.fieldRef, false));
  if (source.resourceFieldRef)
    errors.push(...validateResourceSelector(at.child('resourceFieldRef'), source.resourceFieldRef, false));
  if (source.configMapKeyRef) errors.push(...keySelector(at.child('configMapKeyRef'), source.configMapKeyRef));
  if (source.secretKeyRef) errors.push(...keySelector(at.child('secretKeyRef'), source.secretKeyRef));
  if (source.fileKeyRef) errors.push(...fileKeySelector(at.child('fileKeyRef'), source.fileKeyRef, volumes));
  const count = Object.values(source).filter((v) => v !== undefined).length;
  if (count === 0) errors.push(invalid(at, '', VALUE_SOURCES));
  else if (value !== '') errors.push(invalid(at, '', 'may not be specified when `value` is not empty'));
  else if (count > 1) errors.push(invalid(at, '', 'may not have more than one field specified at a time'));
  return errors;
}

export function validateEnv(
  at: FieldPath,
  vars: readonly EnvVar[] | undefined,
  volumes: ReadonlyMap<string, Volume>,
): FieldError[] {
  return (vars ?? []).flatMap((v, i) => {
    const here = at.index(i);
    const errors = requiredThen(here.child('name'), v.name, (name, text) => complaints(name, text, envVarName(text)));
    if (v.valueFrom) errors.push(...valueFrom(here.child('valueFrom'), v.valueFrom, v.value ?? '', volumes));
    return errors;
  });
}

const objectName = (at: FieldPath, name: string) => complaints(at, name, nameIsDnsSubdomain(name, true));

export function validateEnvFrom(at: FieldPath, sources: readonly EnvFromSource[] | undefined): FieldError[] {
  return (sources ?? []).flatMap((source, i) => {
    const here = at.index(i);
    const errors: FieldError[] = [];
    if (source.prefix) errors.push(...complaints(here.child('prefix'), source.prefix, envVarName(source.prefix)));
    const { configMapRef, secretRef } = source;
    if (configMapRef) errors.push(...requiredThen(here.child('configMapRef', 'name'), configMapRef.name, objectName));
    if (secretRef) errors.push(...requiredThen(here.child('secretRef', 'name'), secretRef.name, objectName));
    if (!configMapRef && !secretRef) errors.push(invalid(at, '', 'must specify one of: `configMapRef` or `secretRef`'));
    if (configMapRef && secretRef) errors.push(invalid(at, '', 'may not have more than one field specified at a time'));
    return errors;
  });
}
