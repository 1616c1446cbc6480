import { compile, showType, type Scope } from '../../cel/index.ts';
import { invalid, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';

/** What the compiler says of an expression that must be of one of some types. */
export function checkExpression(
  at: FieldPath,
  expression: string,
  scope: Scope,
  ...wanted: readonly string[]
): FieldError[] {
  const compiled = compile(expression, scope);
  if (!compiled.ok) return [invalid(at, expression, `compilation failed: ${compiled.error}`)];
  const type = showType(compiled.program.type);
  if (type === 'dyn' || wanted.length === 0 || wanted.includes(type)) return [];
  const one = wanted.length === 1 ? (wanted[0] ?? '') : `one of [${wanted.join(' ')}]`;
  return [invalid(at, expression, `must evaluate to ${one} but got ${type}`)];
}
