import { showType } from '../../cel/index.ts';
import { invalid, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import type { JSONSchemaProps } from '../../schema/generated/types.ts';
import { printedRule } from './definition-internal.ts';
import { childrenOf, RuleCosts } from './rule-costs.ts';
import { rulesOf, type RulePrograms } from './rule-programs.ts';
import { resourceSchema } from './rule-values.ts';
import { schemaOf, sortedEntries } from './schema-parts.ts';

function checkRule({ rule, check, message }: RulePrograms, at: FieldPath, uncorrelated: FieldPath | undefined) {
  const errors: FieldError[] = [];
  const say = (field: string, text: string) => errors.push(invalid(at.child(field), printedRule(rule), text));
  if (!check.ok) say('rule', `compilation failed: ${check.error}`);
  else if (!['bool', 'dyn'].includes(check.program.type.kind)) say('rule', 'cel expression must evaluate to a bool');
  else if (uncorrelated && !rule.optionalOldSelf && check.program.uses('oldSelf')) {
    errors.push(
      invalid(
        at.child('rule'),
        rule.rule,
        `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated.toString()}`,
      ),
    );
  }
  if (message && !message.ok) say('messageExpression', `messageExpression compilation failed: ${message.error}`);
  else if (message?.ok && !['string', 'dyn'].includes(showType(message.program.type)))
    say('messageExpression', 'messageExpression must evaluate to a string');
  return errors;
}

interface Level {
  schema: JSONSchemaProps;
  /** As its rules see it: a resource's root has more fields. */
  seenAs: JSONSchemaProps;
  at: FieldPath;
  /** The list whose items cannot be told apart, if the schema is of something in one. */
  uncorrelated: FieldPath | undefined;
  /** How many values of the schema a resource may have; undefined for any number. */
  times: number | undefined;
}

function checkLevel({ schema, seenAs, at, uncorrelated, times }: Level, costs: RuleCosts): FieldError[] {
  const items = schemaOf(schema.items);
  const additional = schemaOf(schema.additionalProperties);
  const list = at.child('x-kubernetes-validations');
  const children = childrenOf(schema);
  const below = (one: JSONSchemaProps, path: FieldPath, lost = uncorrelated) => {
    const inner = times === undefined || children === undefined ? undefined : times * children;
    return checkLevel({ schema: one, seenAs: one, at: path, uncorrelated: lost, times: inner }, costs);
  };
  // Items without keys cannot be told apart, so none has an old value.
  const lostItems = uncorrelated ?? (schema['x-kubernetes-list-type'] === 'map' ? undefined : at);
  return [
    ...rulesOf(schema, seenAs).flatMap((rule, i) => [
      ...costs.check(rule, seenAs, list.index(i), times),
      ...checkRule(rule, list.index(i), uncorrelated),
    ]),
    ...sortedEntries(schema.properties).flatMap(([key, one]) => below(one, at.child('properties').key(key))),
    ...(additional ? below(additional, at.child('additionalProperties')) : []),
    ...(items ? below(items, at.child('items'), lostItems) : []),
  ];
}

/** What the compiler says of the validation rules of a definition's schema, which is fine otherwise. */
export function checkRuleExpressions(schema: JSONSchemaProps, at: FieldPath): FieldError[] {
  const costs = new RuleCosts();
  const root = { schema, seenAs: resourceSchema(schema), at, uncorrelated: undefined, times: 1 };
  return [...checkLevel(root, costs), ...costs.total(at)];
}
