import { deepEqual } from '../../../kit/deep.ts';
import { forbidden, invalid, notSupported, required, tooLong, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import { dns1123Label, dns1123Subdomain, labelValue, portName, qualifiedName } from '../../machinery/names.ts';
import { portNumber } from '../../machinery/names-of-numbers.ts';
import { canonicalQuantity, quantityNanos } from '../../machinery/quantity.ts';
import type { LabelSelector } from '../../machinery/selector.ts';

export const NOT_NEGATIVE = 'must be greater than or equal to 0';
export const POSITIVE = 'must be greater than zero';
export const IMMUTABLE = 'field is immutable';

/** One error for each complaint of a format check. */
export const complaints = (at: FieldPath, value: string, messages: readonly string[]): FieldError[] =>
  messages.map((message) => invalid(at, value, message));

export const labelName = (at: FieldPath, value: string): FieldError[] => complaints(at, value, dns1123Label(value));
export const subdomainName = (at: FieldPath, value: string): FieldError[] =>
  complaints(at, value, dns1123Subdomain(value));
export const qualified = (at: FieldPath, value: string): FieldError[] => complaints(at, value, qualifiedName(value));

/** The text must be there; then it is checked by `check`. */
export function requiredThen(
  at: FieldPath,
  value: string | undefined,
  check: (at: FieldPath, value: string) => FieldError[],
): FieldError[] {
  return value ? check(at, value) : [required(at)];
}

export const requiredText = (at: FieldPath, value: string | undefined): FieldError[] => (value ? [] : [required(at)]);

export const nonNegative = (at: FieldPath, value: number | undefined): FieldError[] =>
  (value ?? 0) < 0 ? [invalid(at, value, NOT_NEGATIVE)] : [];

export const nonNegativeQuantity = (at: FieldPath, value: string): FieldError[] =>
  quantityNanos(value) < 0n ? [invalid(at, canonicalQuantity(value), NOT_NEGATIVE)] : [];

export const positiveQuantity = (at: FieldPath, value: string): FieldError[] =>
  quantityNanos(value) <= 0n ? [invalid(at, canonicalQuantity(value), POSITIVE)] : [];

export const immutable = (at: FieldPath, value: unknown, old: unknown): FieldError[] =>
  deepEqual(value, old) ? [] : [invalid(at, value, IMMUTABLE)];

/** `value` must be one of `supported`; '' and absent are required errors. */
export function oneOf(at: FieldPath, value: string | undefined, supported: readonly string[]): FieldError[] {
  if (!value) return [required(at)];
  return supported.includes(value) ? [] : [notSupported(at, value, supported)];
}

/** Entries of a map, by key: upstream's order is random. */
export const entriesOf = <V>(map: Record<string, V> | undefined): [string, V][] =>
  Object.entries(map ?? {}).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

/** Labels, and other maps of that shape (node selectors, a Service's selector). */
export function validateLabels(at: FieldPath, labels: Record<string, string> | undefined): FieldError[] {
  return entriesOf(labels).flatMap(([key, value]) => [
    ...qualified(at, key),
    ...complaints(at, value, labelValue(value)),
  ]);
}

const ANNOTATIONS_MAX = 256 * 1024;

export function validateAnnotations(at: FieldPath, annotations: Record<string, string> | undefined): FieldError[] {
  const entries = entriesOf(annotations);
  const size = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  return [
    ...entries.flatMap(([key]) => complaints(at, key, qualifiedName(key.toLowerCase()))),
    ...(size > ANNOTATIONS_MAX ? [tooLong(at, ANNOTATIONS_MAX)] : []),
  ];
}

/** An object-form label selector; an absent one is fine. */
export function validateLabelSelector(at: FieldPath, selector: LabelSelector | undefined): FieldError[] {
  if (!selector) return [];
  const errors = validateLabels(at.child('matchLabels'), selector.matchLabels);
  (selector.matchExpressions ?? []).forEach((expression, i) => {
    const here = at.child('matchExpressions').index(i);
    const values = expression.values ?? [];
    if (expression.operator === 'In' || expression.operator === 'NotIn') {
      if (values.length === 0)
        errors.push(required(here.child('values'), "must be specified when `operator` is 'In' or 'NotIn'"));
    } else if (expression.operator === 'Exists' || expression.operator === 'DoesNotExist') {
      if (values.length > 0) {
        errors.push(
          forbidden(here.child('values'), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
        );
      }
    } else errors.push(invalid(here.child('operator'), expression.operator ?? '', 'not a valid selector operator'));
    errors.push(...qualified(here.child('key'), expression.key ?? ''));
    values.forEach((value, j) => errors.push(...complaints(here.child('values').index(j), value, labelValue(value))));
  });
  return errors;
}

/** A port by number or name. */
export function portNumberOrName(at: FieldPath, port: number | string | undefined): FieldError[] {
  if (typeof port === 'string') return complaints(at, port, portName(port));
  return portNumber(port ?? 0).map((message) => invalid(at, port ?? 0, message));
}

/** A port that must be a number. */
export const validPort = (at: FieldPath, port: number): FieldError[] =>
  portNumber(port).map((message) => invalid(at, port, message));
