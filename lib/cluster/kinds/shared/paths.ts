import { invalid, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';

export const isAbsolute = (path: string): boolean => path.startsWith('/');

/** No element of the path is `..`. */
export const noBacksteps = (at: FieldPath, path: string): FieldError[] =>
  path.split('/').includes('..') ? [invalid(at, path, `must not contain '..'`)] : [];

/** A relative path without `..`. */
export const localDescendingPath = (at: FieldPath, path: string): FieldError[] => [
  ...(isAbsolute(path) ? [invalid(at, path, 'must be a relative path')] : []),
  ...noBacksteps(at, path),
];

/** A relative path that neither holds nor starts with `..`: a file in a volume that the kubelet writes. */
export const localFilePath = (at: FieldPath, path: string): FieldError[] => [
  ...localDescendingPath(at, path),
  ...(path.startsWith('..') && !path.startsWith('../') ? [invalid(at, path, `must not start with '..'`)] : []),
];

/** Permission bits, 0 to 0777. */
export const fileMode = (at: FieldPath, mode: number | undefined): FieldError[] =>
  mode !== undefined && (mode < 0 || mode > 0o777)
    ? [invalid(at, mode, 'must be a number between 0 and 0777 (octal), both inclusive')]
    : [];

/** Whether a path is the root after cleaning: `/`, `//`, `/./a/..`. */
export function isRoot(path: string): boolean {
  if (!isAbsolute(path)) return false;
  let depth = 0;
  for (const part of path.split('/')) {
    if (part === '..') depth = Math.max(0, depth - 1);
    else if (part !== '' && part !== '.') depth++;
  }
  return depth === 0;
}
