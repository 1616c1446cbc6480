import { invalid, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { nonNegative } from '../shared/field-rules.ts';

type Counts = Readonly<Record<string, unknown>>;

const at = (field: string) => FieldPath.of('status', field);
const count = (status: Counts, field: string) => Number(status[field] ?? 0);

/** Counters of a status: none negative, none above `replicas` that counts a part of them. */
export function validateReplicaCounts(
  status: object,
  { counters, parts, ready }: { counters: readonly string[]; parts: readonly string[]; ready: string },
): FieldError[] {
  const counts = status as Counts;
  const errors = counters
    .filter((field) => counts[field] !== undefined)
    .flatMap((field) => nonNegative(at(field), count(counts, field)));
  for (const field of parts) {
    if (count(counts, field) > count(counts, 'replicas')) {
      errors.push(invalid(at(field), count(counts, field), 'cannot be greater than status.replicas'));
    }
  }
  const available = count(counts, 'availableReplicas');
  if (available > count(counts, 'readyReplicas')) {
    errors.push(invalid(at('availableReplicas'), available, `cannot be greater than ${ready}`));
  }
  return errors;
}

/** The counter of hash collisions only grows. */
export function validateCollisionCount(now: number | undefined, before: number | undefined): FieldError[] {
  if (before === undefined || (now ?? -1) >= before) return [];
  return [invalid(at('collisionCount'), now ?? 0, 'cannot be decremented')];
}
