import { admissionScope, compile, withVariables, type Program, type Scope } from '../../cel/index.ts';
import type { MatchCondition, ParamKind, Variable } from '../../schema/generated/types.ts';

interface PolicySpec {
  paramKind?: ParamKind;
  matchConditions?: readonly MatchCondition[];
  variables?: readonly Variable[];
}

/** An expression of a stored policy: it compiled when the policy was written. */
export interface Expression {
  text: string;
  program: Program | undefined;
}

export interface PolicyProgram {
  conditions: readonly Expression[];
  variables: readonly (Expression & { name: string; expression: string })[];
  /** For the policy's validations or mutations. */
  scope: Scope;
  compile(text: string): Expression;
}

const expression = (text: string, scope: Scope): Expression => {
  const compiled = compile(text, scope);
  return { text, program: compiled.ok ? compiled.program : undefined };
};

const made = new WeakMap<object, PolicyProgram>();

/** A policy's expressions. Stored objects are frozen, so each is compiled once. */
export function policyProgram(spec: PolicySpec, mutates: boolean): PolicyProgram {
  const known = made.get(spec);
  if (known) return known;
  const outer = admissionScope({ hasParams: spec.paramKind !== undefined, mutates });
  const { scope, compiled } = withVariables(outer, spec.variables ?? []);
  const cache = new Map<string, Expression>();
  const program: PolicyProgram = {
    conditions: (spec.matchConditions ?? []).map((c) => expression(c.expression, outer)),
    variables: (spec.variables ?? []).map(({ name, expression: text }, i) => {
      const one = compiled[i]?.compiled;
      return { name, expression: text, text, program: one?.ok ? one.program : undefined };
    }),
    scope,
    compile(text) {
      const found = cache.get(text) ?? expression(text, scope);
      cache.set(text, found);
      return found;
    },
  };
  made.set(spec, program);
  return program;
}

const CONDITIONS = admissionScope({ hasParams: false });
const conditionCache = new WeakMap<object, Expression[]>();

/** A webhook's match conditions. */
export function conditionsOf(conditions: readonly MatchCondition[] | undefined): readonly Expression[] {
  if (!conditions?.length) return [];
  let found = conditionCache.get(conditions);
  if (!found) conditionCache.set(conditions, (found = conditions.map((c) => expression(c.expression, CONDITIONS))));
  return found;
}

/** Whether all conditions hold. One that does not decides, whatever errors others have. */
export function conditionsHold(
  conditions: readonly Expression[],
  values: Readonly<Record<string, unknown>>,
): { holds: boolean } | { error: string } {
  let error: string | undefined;
  for (const { text, program } of conditions) {
    const result = program?.evaluate(values);
    if (result?.ok && result.value !== true) return { holds: false };
    if (!result?.ok) error ??= `expression '${text}' resulted in error: ${result?.error ?? 'it does not compile'}`;
  }
  return error === undefined ? { holds: true } : { error };
}
