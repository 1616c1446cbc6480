import { invalid, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';

const PART = /^[A-Za-z.\-_0-9+]{1,14}$/;

function isKnown(zone: string): boolean {
  // The platform's names ignore case, the zone files of the API server's machine do not.
  try {
    const canonical = new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
    return canonical.toLowerCase() !== zone.toLowerCase() || canonical === zone;
  } catch {
    return false;
  }
}

/** A name of the time zone database, as `Europe/Zurich`. */
export function validateTimeZone(zone: string | undefined, at: FieldPath): FieldError[] {
  if (zone === undefined) return [];
  if (zone === '') return [invalid(at, zone, 'timeZone must be nil or non-empty string')];
  const unknown = invalid(at, zone, `unknown time zone ${zone}`);
  if (zone.split('/').some((part) => part === '.' || part === '..' || part.startsWith('-') || !PART.test(part))) {
    return [unknown];
  }
  if (zone.toLowerCase() === 'local') {
    const why = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
    return [invalid(at, zone, why), ...(zone === 'Local' ? [] : [unknown])];
  }
  return isKnown(zone) ? [] : [unknown];
}
