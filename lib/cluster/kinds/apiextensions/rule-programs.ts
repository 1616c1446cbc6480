import { compile, type CelType, type Compilation } from '../../cel/index.ts';
import type { JSONSchemaProps, ValidationRule } from '../../schema/generated/types.ts';
import { schemaType } from './rule-values.ts';

/** A rule's expressions, compiled. */
export interface RulePrograms {
  rule: ValidationRule;
  check: Compilation;
  message: Compilation | undefined;
}

function programsOf(rule: ValidationRule, self: CelType): RulePrograms {
  const oldSelf: CelType = rule.optionalOldSelf ? { kind: 'optional', of: self } : self;
  const variables = new Map([
    ['self', self],
    ['oldSelf', oldSelf],
  ]);
  return {
    rule,
    check: compile(rule.rule, { variables }),
    message: rule.messageExpression ? compile(rule.messageExpression, { variables }) : undefined,
  };
}

const made = new WeakMap<JSONSchemaProps, RulePrograms[]>();

/** The rules of a schema's own level. Stored schemas are frozen, so each compiles once. */
export function rulesOf(schema: JSONSchemaProps, seenAs: JSONSchemaProps = schema): RulePrograms[] {
  const rules = schema['x-kubernetes-validations'];
  if (!rules?.length) return [];
  let programs = made.get(schema);
  if (!programs) {
    const self = schemaType(seenAs);
    made.set(schema, (programs = rules.map((rule) => programsOf(rule, self))));
  }
  return programs;
}
