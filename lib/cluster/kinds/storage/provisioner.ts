import { invalid, required, tooLong, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import { qualifiedName } from '../../machinery/names.ts';

const MAX_PARAMETERS = 512;
const MAX_PARAMETERS_SIZE = 256 * 1024;

/** The name of a provisioner or driver. */
export function validateProvisioner(value: string | undefined, at: FieldPath): FieldError[] {
  if (!value) return [required(at)];
  const lower = value.toLowerCase();
  return qualifiedName(lower).map((m) => invalid(at, lower, m));
}

/** Parameters of a class for its driver: opaque, but bounded. */
export function validateDriverParameters(
  parameters: Readonly<Record<string, string>> | undefined,
  at: FieldPath,
  { mayBeEmpty }: { mayBeEmpty: boolean },
): FieldError[] {
  const entries = Object.entries(parameters ?? {});
  if (entries.length > MAX_PARAMETERS) return [tooLong(at, MAX_PARAMETERS)];
  const errors = entries.filter(([key]) => key === '').map(() => invalid(at, '', 'field can not be empty.'));
  const size = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  if (size > MAX_PARAMETERS_SIZE) errors.push(tooLong(at, MAX_PARAMETERS_SIZE));
  if (!mayBeEmpty && !entries.length) errors.push(required(at, 'must contain at least one key/value pair'));
  return errors;
}
