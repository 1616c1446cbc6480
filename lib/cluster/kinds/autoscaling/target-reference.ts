import { invalid, required, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import { nameIsPathSegment } from '../../machinery/names-of-objects.ts';
import { parseApiVersion } from '../../machinery/resource.ts';
import type { AutoscalingV2CrossVersionObjectReference } from '../../schema/generated/types.ts';
import { complaints } from '../shared/field-rules.ts';

const segment = (at: FieldPath, value: string | undefined): FieldError[] =>
  value ? complaints(at, value, nameIsPathSegment(value, false)) : [required(at)];

/** An object of another kind. What is scaled must have a group: only ReplicationControllers are of the core group. */
export function validateTargetReference(
  at: FieldPath,
  { apiVersion = '', kind, name }: AutoscalingV2CrossVersionObjectReference,
  { mayBeCore }: { mayBeCore: boolean },
): FieldError[] {
  const version = at.child('apiVersion');
  const errors = [...segment(at.child('kind'), kind), ...segment(at.child('name'), name)];
  if (apiVersion.split('/').length > 2) {
    return [...errors, invalid(version, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)];
  }
  const core = parseApiVersion(apiVersion).group === '';
  if (core && !mayBeCore && kind !== 'ReplicationController') {
    errors.push(invalid(version, apiVersion, 'apiVersion must specify API group'));
  }
  return errors;
}
