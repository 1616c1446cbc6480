import { invalid, notSupported, type FieldError } from '../../../machinery/field-error.ts';
import type { FieldPath } from '../../../machinery/field-path.ts';
import { labelValue } from '../../../machinery/names.ts';
import type { Toleration } from '../../../schema/generated/types.ts';
import { qualified } from '../field-rules.ts';

export const TAINT_EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] as const;

function operatorErrors(at: FieldPath, { operator = '', value = '' }: Toleration): FieldError[] {
  if (operator === '' || operator === 'Equal') {
    const messages = labelValue(value);
    return messages.length ? [invalid(at, value, messages.join(';'))] : [];
  }
  if (operator === 'Exists')
    return value ? [invalid(at, value, "value must be empty when `operator` is 'Exists'")] : [];
  // Comparisons are known, but their feature is off: they are refused by a list that names them.
  if (operator === 'Lt' || operator === 'Gt') return [notSupported(at, operator, ['Equal', 'Exists', 'Lt', 'Gt'])];
  return [notSupported(at, operator, ['Equal', 'Exists'])];
}

export function validateTolerations(at: FieldPath, tolerations: readonly Toleration[] | undefined): FieldError[] {
  return (tolerations ?? []).flatMap((toleration, i) => {
    const here = at.index(i);
    const { key = '', operator = '', effect = '' } = toleration;
    const errors = key ? qualified(here.child('key'), key) : [];
    if (!key && operator !== 'Exists') {
      const why = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
      errors.push(invalid(here.child('operator'), operator, why));
    }
    if (toleration.tolerationSeconds !== undefined && effect !== 'NoExecute') {
      errors.push(invalid(here.child('effect'), effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
    }
    errors.push(...operatorErrors(here.child('operator'), toleration));
    if (effect && !TAINT_EFFECTS.some((known) => known === effect))
      errors.push(notSupported(here.child('effect'), effect, TAINT_EFFECTS));
    return errors;
  });
}
