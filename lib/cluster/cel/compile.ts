import { Checker, type Scope } from './checker.ts';
import { showIssues, syntaxIssue } from './compile-error.ts';
import { estimateCost } from './cost.ts';
import type { Sized } from './cost-sizes.ts';
import { environment, NAMESPACES } from './environment.ts';
import { rewriteStructs } from './struct-literals.ts';
import { DYN, type CelType } from './type.ts';
import type { TypedNode } from './typed-tree.ts';

export type Evaluation = { ok: true; value: unknown } | { ok: false; error: string };

/** An expression that compiled. */
export interface Program {
  type: CelType;
  /** Whether it names a variable. */
  uses(variable: string): boolean;
  /** Variables in the form of `fromJson`; those that the expression does not use may be missing. */
  evaluate(variables: Readonly<Record<string, unknown>>): Evaluation;
  /** The most that an evaluation may cost, given how large the data are that the variables stand for. */
  cost(data: Sized): number;
}

/** `error` is the compiler's output: the complaints with their places. */
export type Compilation = { ok: true; program: Program } | { ok: false; error: string };

/** The first line of an evaluation's error, as upstream words it. */
function evaluationError(err: unknown): string {
  const { message, code } = err as { message?: string; code?: string };
  const line = (message ?? String(err)).split('\n')[0] ?? '';
  if (code === 'index_out_of_bounds') return `index out of bounds: ${/index (\d+)/.exec(line)?.[1] ?? ''}`;
  if (code === 'no_such_overload' || code === 'no_matching_overload') return 'no such overload';
  return line.replace(/^No such key/, 'no such key');
}

const isNamespace = ({ op, args }: TypedNode) => op === 'id' && NAMESPACES.has(args as string);

/**
 * Parses and checks an expression. `compile('self.a > 1', {variables: new Map([['self', DYN]])})` compiles;
 * `compile("1 > 'a'", …)` says: found no matching overload for '_>_' applied to '(int, string)'.
 */
export function compile(expression: string, scope: Scope): Compilation {
  const { text, origin } = rewriteStructs(expression);
  let run: ReturnType<ReturnType<typeof environment>['parse']>;
  try {
    run = environment().parse(text);
  } catch (err) {
    const { code, message, range } = err as { code?: string; message: string; range?: { start: number } };
    const issue = syntaxIssue(expression, {
      ...(code && { code }),
      message,
      offset: origin(range?.start ?? text.length),
    });
    return { ok: false, error: showIssues(expression, [issue]) };
  }
  const checker = new Checker(text, scope.structs);
  const type = checker.check(run.ast, scope.variables);
  if (checker.issues.length) {
    const issues = checker.issues.map((issue) => ({ ...issue, offset: origin(issue.offset) }));
    return { ok: false, error: showIssues(expression, issues) };
  }
  const root = run.ast as unknown as TypedNode;
  return {
    ok: true,
    program: {
      type,
      cost: (data) => estimateCost({ root, typeOf: (node) => checker.types.get(node) ?? DYN, isNamespace }, data),
      uses: (variable) => checker.used.has(variable),
      evaluate(variables) {
        try {
          return { ok: true, value: run(variables) as unknown };
        } catch (err) {
          return { ok: false, error: evaluationError(err) };
        }
      },
    },
  };
}
