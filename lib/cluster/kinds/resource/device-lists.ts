import { duplicate, tooMany, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';

type Check<T> = (item: T, at: FieldPath) => FieldError[];

/** Checks each item, unless there are too many to look at. */
export function validateList<T>(items: readonly T[] | undefined, max: number, at: FieldPath, check: Check<T>) {
  const list = items ?? [];
  return list.length > max ? [tooMany(at, list.length, max)] : list.flatMap((item, i) => check(item, at.index(i)));
}

/** The same for items of which no two have one key. */
export function validateSet<T>(
  items: readonly T[] | undefined,
  max: number,
  at: FieldPath,
  check: Check<T>,
  key: (item: T) => string,
): FieldError[] {
  const list = items ?? [];
  if (list.length > max) return validateList(list, max, at, check);
  const keys = list.map(key);
  return [
    ...validateList(list, max, at, check),
    ...keys.flatMap((k, i) => (keys.indexOf(k) < i ? [duplicate(at.index(i), k)] : [])),
  ];
}
