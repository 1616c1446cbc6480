import type { ArithExpr } from './syntax.ts';

/** Where an expression reads and sets its variables. */
export interface ArithmeticScope {
  get(name: string): string;
  set(name: string, value: string): void;
}

/** A fault of an expression, worded as the shell does. */
export class ArithmeticError extends Error {}

/** The value of `$((…))`. Numbers are kept as integers. */
export function evaluate(e: ArithExpr, scope: ArithmeticScope): number {
  switch (e.type) {
    case 'ArithNumber':
      return e.value;
    case 'ArithVariable':
    case 'ArithSpecialVar':
      return numberOf(scope.get(e.name));
    case 'ArithGroup':
    case 'ArithNested':
      return evaluate(e.expression, scope);
    case 'ArithTernary':
      return evaluate(evaluate(e.condition, scope) !== 0 ? e.consequent : e.alternate, scope);
    case 'ArithUnary':
      return unary(e, scope);
    case 'ArithBinary':
      return binary(e, scope);
    case 'ArithAssignment': {
      const value = evaluate(e.value, scope);
      const operator = e.operator.slice(0, -1);
      const result = operator ? apply(operator, numberOf(scope.get(e.variable)), value) : value;
      scope.set(e.variable, String(result));
      return result;
    }
    default:
      throw new ArithmeticError('arithmetic syntax error');
  }
}

export function numberOf(text: string): number {
  const trimmed = text.trim();
  if (trimmed === '') return 0;
  if (/^[-+]?0[0-7]+$/.test(trimmed)) return parseInt(trimmed, 8);
  const value = Number(trimmed);
  if (!Number.isFinite(value)) throw new ArithmeticError('arithmetic syntax error');
  return Math.trunc(value);
}

function unary(e: Extract<ArithExpr, { type: 'ArithUnary' }>, scope: ArithmeticScope): number {
  if (e.operator === '++' || e.operator === '--') {
    if (e.operand.type !== 'ArithVariable') throw new ArithmeticError('arithmetic syntax error');
    const old = numberOf(scope.get(e.operand.name));
    const value = e.operator === '++' ? old + 1 : old - 1;
    scope.set(e.operand.name, String(value));
    return e.prefix ? value : old;
  }
  const value = evaluate(e.operand, scope);
  switch (e.operator) {
    case '-':
      return -value;
    case '+':
      return value;
    case '!':
      return value === 0 ? 1 : 0;
    case '~':
      return ~value;
  }
}

function binary(e: Extract<ArithExpr, { type: 'ArithBinary' }>, scope: ArithmeticScope): number {
  const left = evaluate(e.left, scope);
  if (e.operator === '&&') return left !== 0 && evaluate(e.right, scope) !== 0 ? 1 : 0;
  if (e.operator === '||') return left !== 0 || evaluate(e.right, scope) !== 0 ? 1 : 0;
  return apply(e.operator, left, evaluate(e.right, scope));
}

function apply(operator: string, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
    case '%':
      if (b === 0) throw new ArithmeticError('divide by zero');
      return operator === '/' ? Math.trunc(a / b) : a % b;
    case '**':
      return a ** b;
    case '<<':
      return a * 2 ** b;
    case '>>':
      return Math.floor(a / 2 ** b);
    case '<':
      return a < b ? 1 : 0;
    case '<=':
      return a <= b ? 1 : 0;
    case '>':
      return a > b ? 1 : 0;
    case '>=':
      return a >= b ? 1 : 0;
    case '==':
      return a === b ? 1 : 0;
    case '!=':
      return a !== b ? 1 : 0;
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case ',':
      return b;
    default:
      throw new ArithmeticError('arithmetic syntax error');
  }
}
