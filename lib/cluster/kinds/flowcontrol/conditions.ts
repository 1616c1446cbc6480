import { duplicate, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';

/** Conditions, each of a type and one of each. */
export function validateConditions(conditions: readonly { type?: string }[] = []): FieldError[] {
  return conditions.flatMap(({ type = '' }, i) => {
    const at = FieldPath.of('status', 'conditions').index(i).child('type');
    return [
      ...(conditions.findIndex((other) => (other.type ?? '') === type) < i ? [duplicate(at, type)] : []),
      ...(type ? [] : [required(at, 'must not be empty')]),
    ];
  });
}
