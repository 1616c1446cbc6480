import { forbidden, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import type { JSONSchemaProps } from '../../schema/generated/types.ts';
import type { RulePrograms } from './rule-programs.ts';
import { mostInRequest, schemaSize } from './rule-sizes.ts';
import { schemaOf } from './schema-parts.ts';

/** What one expression may cost, and all of a definition's together. */
const EXPRESSION = 10_000_000;
const DEFINITION = 100_000_000;
/** How many of the dearest rules are named. */
const NAMED = 4;

function tooDear(what: string, cost: number, limit: number): string {
  const factor = cost / limit;
  const shown = factor > 100 ? 'more than 100x' : `${factor < 1.5 ? factor.toFixed(6) : factor.toFixed(1)}x`;
  return (
    `${what} exceeds budget by factor of ${shown} (try simplifying the rule, or adding maxItems, maxProperties, and ` +
    'maxLength where arrays, maps, and strings are declared)'
  );
}

/** How many children a value of the schema has; undefined for any number. */
export function childrenOf(schema: JSONSchemaProps): number | undefined {
  if (schema.type === 'array') return schema.maxItems;
  return schema.type === 'object' && schemaOf(schema.additionalProperties) ? schema.maxProperties : 1;
}

/** Adds up what the rules of one definition may cost (upstream: apiextensions/validation/cel_validation.go). */
export class RuleCosts {
  readonly #seen: { at: FieldPath; cost: number }[] = [];

  /** What is wrong with the costs of one rule. `times`: how many values it is for, if that is bounded. */
  check(
    { check, message }: RulePrograms,
    seenAs: JSONSchemaProps,
    at: FieldPath,
    times: number | undefined,
  ): FieldError[] {
    const size = schemaSize(seenAs);
    if (!size) return [];
    const errors: FieldError[] = [];
    const observe = (field: string, what: string, cost: number) => {
      if (cost > EXPRESSION) errors.push(forbidden(at.child(field), tooDear(what, cost, EXPRESSION)));
      this.#seen.push({ at: at.child(field), cost });
    };
    if (check.ok) observe('rule', 'estimated rule cost', check.program.cost(size) * (times ?? mostInRequest(size)));
    if (message?.ok) observe('messageExpression', 'estimated messageExpression cost', message.program.cost(size));
    return errors;
  }

  /** What is wrong with the sum. `at`: the schema's root. */
  total(at: FieldPath): FieldError[] {
    const total = this.#seen.reduce((sum, { cost }) => sum + cost, 0);
    if (total <= DEFINITION) return [];
    const dearest = [...this.#seen].sort((a, b) => b.cost - a.cost).slice(0, NAMED);
    const what = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema';
    return [
      ...dearest.map((one) =>
        forbidden(one.at, 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema'),
      ),
      forbidden(at, tooDear(what, total, DEFINITION)),
    ];
  }
}
