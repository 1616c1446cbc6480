import { invalid, required, tooLong, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import { isJsonObject } from '../../machinery/object.ts';
import type { OpaqueDeviceConfiguration } from '../../schema/generated/types.ts';
import { validateCsiDriverName } from '../shared/csi-driver-name.ts';

export const MAX_CONFIGURATIONS = 32;
const MAX_PARAMETERS = 10 * 1024;

function validateParameters(at: FieldPath, parameters: unknown): FieldError[] {
  if (parameters === undefined || parameters === null) return [required(at)];
  if (Buffer.byteLength(JSON.stringify(parameters)) > MAX_PARAMETERS) return [tooLong(at, MAX_PARAMETERS)];
  return isJsonObject(parameters) ? [] : [invalid(at, '<value omitted>', 'must be a valid JSON object')];
}

/** Parameters for one driver, which alone reads them. */
export function validateConfiguration(
  { opaque }: { opaque?: Partial<OpaqueDeviceConfiguration> },
  at: FieldPath,
): FieldError[] {
  const here = at.child('opaque');
  if (!opaque) return [required(here)];
  return [
    ...validateCsiDriverName(here.child('driver'), opaque.driver ?? ''),
    ...validateParameters(here.child('parameters'), opaque.parameters),
  ];
}
