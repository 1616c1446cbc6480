import { BOOL, compile, DYN, mapOf, showType, STRING, type CelType, type Scope } from '../../cel/index.ts';
import { invalid, required, tooLong, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import type { DeviceSelector } from '../../schema/generated/types.ts';
import { validateList } from './device-lists.ts';

const MAX_SELECTORS = 32;
const MAX_EXPRESSION = 10 * 1024;

const DEVICE_FIELDS: Readonly<Record<string, CelType>> = {
  allowMultipleAllocations: BOOL,
  attributes: mapOf(STRING, mapOf(STRING, DYN)),
  capacity: mapOf(STRING, mapOf(STRING, { kind: 'opaque', name: 'kubernetes.Quantity' })),
  driver: STRING,
};

/** What the expression of a selector sees: one device. */
const SCOPE: Scope = {
  variables: new Map<string, CelType>([
    ['device', { kind: 'object', name: 'kubernetes.DRADevice', field: (name) => DEVICE_FIELDS[name] }],
  ]),
};

function validateExpression(at: FieldPath, expression: string): FieldError[] {
  if (Buffer.byteLength(expression) > MAX_EXPRESSION) return [tooLong(at, MAX_EXPRESSION)];
  const compiled = compile(expression, SCOPE);
  if (!compiled.ok) return [invalid(at, expression, `compilation failed: ${compiled.error}`)];
  const type = showType(compiled.program.type);
  return type === 'bool' || type === 'dyn'
    ? []
    : [invalid(at, expression, `must evaluate to bool or the unknown type, not ${type}`)];
}

export function validateSelectors(selectors: readonly DeviceSelector[] | undefined, list: FieldPath): FieldError[] {
  return validateList(selectors, MAX_SELECTORS, list, ({ cel }, at) =>
    cel ? validateExpression(at.child('cel', 'expression'), cel.expression ?? '') : [required(at.child('cel'))],
  );
}
