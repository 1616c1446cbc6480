import { Environment } from '@marcbachmann/cel-js';
import { z } from 'zod';
import { defineCheck, failed, passed } from './check.ts';
import { isMissing, listRef, objectRef } from './object-ref.ts';
import { quantity } from './partial-match.ts';

const environment = new Environment({
  unlistedVariablesAreDyn: true,
  enableOptionalTypes: true,
  homogeneousAggregateLiterals: false,
}).registerFunction('quantity(dyn): double', (text: unknown) => quantity(text) ?? Number.NaN);

/** Whole numbers become CEL's int, as in Kubernetes; plain JSON numbers would all be double. */
function toCel(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(toCel);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, toCel(v)]));
}

const show = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : (JSON.stringify(value, (_k, v: unknown) => (typeof v === 'bigint' ? Number(v) : v)) ?? String(value));

const expression = z
  .string()
  .min(1)
  .superRefine((text, context) => {
    try {
      environment.parse(text);
    } catch (err) {
      context.addIssue(`is not CEL: ${(err as Error).message.split('\n')[0]}`);
    }
  });

/**
 * A CEL expression is true. `objects` names its variables: an object (which must exist) or, without `name`, a list.
 * `shows` is what the result shows as found. `quantity("1Gi")` is a number.
 */
export const cel = defineCheck({
  verb: 'cel',
  spec: z.strictObject({
    objects: z.record(z.string().regex(/^[a-z]\w*$/i), z.union([objectRef, listRef])),
    expression,
    shows: expression.optional(),
    /** Why a false answer is wrong; without it the learner is told the expression. */
    why: z.strictObject({ en: z.string().min(1), ko: z.string().min(1) }).optional(),
  }),
  async run(spec, access) {
    const variables: Record<string, unknown> = {};
    for (const [name, ref] of Object.entries(spec.objects)) {
      const value = 'name' in ref ? await access.get(ref) : await access.list(ref);
      if (!value && 'name' in ref) return isMissing(ref);
      variables[name] = toCel(value);
    }
    const evaluate = (text: string): unknown => {
      try {
        return environment.evaluate(text, variables);
      } catch (err) {
        return (err as Error).message.split('\n')[0];
      }
    };
    const answer = evaluate(spec.expression);
    const found = spec.shows ? show(evaluate(spec.shows)) : show(answer);
    if (answer === true) return passed(spec.expression, found);
    return failed(
      spec.expression,
      found,
      spec.why ?? {
        en: `This does not hold: ${spec.expression}`,
        ko: `다음 조건이 성립하지 않습니다: ${spec.expression}`,
      },
    );
  },
});
