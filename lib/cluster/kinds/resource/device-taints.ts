import { invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import { labelValue } from '../../machinery/names.ts';
import type { DeviceTaint, DeviceToleration } from '../../schema/generated/types.ts';
import { complaints, qualified } from '../shared/field-rules.ts';

const EFFECTS = ['NoExecute', 'NoSchedule', 'None'];
const OPERATORS = ['Equal', 'Exists'];

export const validateTaint = ({ key = '', value, effect }: Partial<DeviceTaint>, at: FieldPath): FieldError[] => [
  ...qualified(at.child('key'), key),
  ...(value ? complaints(at.child('value'), value, labelValue(value)) : []),
  ...(effect ? known(at.child('effect'), effect, EFFECTS) : [required(at.child('effect'))]),
];

const known = (at: FieldPath, value: string, supported: readonly string[]): FieldError[] =>
  supported.includes(value) ? [] : [notSupported(at, value, supported)];

function validateValue(value: string, operator: string, at: FieldPath): FieldError[] {
  if (operator === 'Equal') return complaints(at, value, labelValue(value));
  return operator === 'Exists' && value ? [invalid(at, value, 'must be empty for operator `Exists`')] : [];
}

export const validateToleration = (
  { key, operator = '', value = '', effect }: DeviceToleration,
  at: FieldPath,
): FieldError[] => [
  ...(key ? qualified(at.child('key'), key) : []),
  ...(operator ? known(at.child('operator'), operator, OPERATORS) : [required(at.child('operator'))]),
  ...validateValue(value, operator, at.child('value')),
  ...(effect ? known(at.child('effect'), effect, EFFECTS) : []),
];
