import type { FieldPath } from './field-path.ts';

/** One complaint of validation, as upstream's `field.Error`. `reason` is what a Status' causes carry. */
export interface FieldError {
  reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueDuplicate'
    | 'FieldValueNotFound'
    | 'FieldValueNotSupported'
    | 'FieldValueForbidden'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueTypeInvalid'
    | 'InternalError';
  field: string;
  /** Without the path: `Invalid value: -1: must be greater than or equal to 0`. */
  message: string;
}

/** What a value looks like inside a message: strings quoted as Go's %q, numbers and booleans bare, the rest as Go's JSON. */
export function showValue(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  const text = JSON.stringify(value);
  return typeof value === 'string' ? text : text.replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
}

const withDetail = (text: string, detail: string) => (detail ? `${text}: ${detail}` : text);
const make = (reason: FieldError['reason'], path: FieldPath, message: string): FieldError => ({
  reason,
  field: path.toString(),
  message,
});

export const required = (path: FieldPath, detail = ''): FieldError =>
  make('FieldValueRequired', path, withDetail('Required value', detail));

export const invalid = (path: FieldPath, value: unknown, detail: string): FieldError =>
  make('FieldValueInvalid', path, withDetail(`Invalid value: ${showValue(value)}`, detail));

/** A complaint that does not print the value. */
export const invalidUnshown = (path: FieldPath, detail: string): FieldError =>
  make('FieldValueInvalid', path, withDetail('Invalid value', detail));

export const duplicate = (path: FieldPath, value: unknown): FieldError =>
  make('FieldValueDuplicate', path, `Duplicate value: ${showValue(value)}`);

export const notFoundValue = (path: FieldPath, value: unknown): FieldError =>
  make('FieldValueNotFound', path, `Not found: ${showValue(value)}`);

/** `supported` is printed in the given order: callers pass it sorted where upstream sorts. */
export const notSupported = (path: FieldPath, value: unknown, supported: readonly string[]): FieldError =>
  make(
    'FieldValueNotSupported',
    path,
    withDetail(
      `Unsupported value: ${showValue(value)}`,
      supported.length ? `supported values: ${supported.map((v) => JSON.stringify(v)).join(', ')}` : '',
    ),
  );

export const forbidden = (path: FieldPath, detail: string): FieldError =>
  make('FieldValueForbidden', path, withDetail('Forbidden', detail));

export const tooLong = (path: FieldPath, max: number): FieldError =>
  make('FieldValueTooLong', path, `Too long: may not be more than ${max} bytes`);

export const tooMany = (path: FieldPath, actual: number, max: number): FieldError =>
  make('FieldValueTooMany', path, `Too many: ${actual}: must have at most ${max} item${max === 1 ? '' : 's'}`);

export const typeInvalid = (path: FieldPath, value: unknown, detail: string): FieldError =>
  make('FieldValueTypeInvalid', path, withDetail(`Invalid value: ${showValue(value)}`, detail));
