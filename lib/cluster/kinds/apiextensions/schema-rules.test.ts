import { expect, test } from 'vitest';
import { FieldPath } from '../../machinery/field-path.ts';
import type { JSONSchemaProps, ValidationRule } from '../../schema/generated/types.ts';
import { checkRuleExpressions } from './rule-checks.ts';
import { validateRules } from './schema-rules.ts';

const silo = (rules: ValidationRule[], site: ValidationRule[] = []): JSONSchemaProps => ({
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        min: { type: 'integer' },
        max: { type: 'integer' },
        'grain-type': { type: 'string' },
        site: { type: 'string', 'x-kubernetes-validations': site },
      },
      'x-kubernetes-validations': rules,
    },
  },
});

function check(schema: JSONSchemaProps, spec: object, old?: object): string[] {
  const errors = validateRules(schema, { spec }, old && { spec: old }, []);
  return errors.map((e) => `${e.field}: ${e.message}`);
}

const ordered = silo([{ rule: 'self.min <= self.max', message: 'min must not exceed max', fieldPath: '.min' }]);

test('a rule that fails is told at its field, in its own words', () => {
  expect(check(ordered, { min: 3, max: 9 })).toEqual([]);
  expect(check(ordered, { min: 3, max: 2 })).toEqual(['spec.min: Invalid value: min must not exceed max']);
  expect(check(silo([{ rule: "self.grain__dash__type != 'rye'" }]), { 'grain-type': 'rye' })).toEqual([
    "spec: Invalid value: failed rule: self.grain__dash__type != 'rye'",
  ]);
});

test('a rule that cannot be evaluated says why', () => {
  expect(check(ordered, { min: 3 })).toEqual([
    'spec: Invalid value: "object": no such key: max evaluating rule: min must not exceed max',
  ]);
});

test('transition rules need an old value; message expressions see both', () => {
  const fixed = silo([], [{ rule: 'self == oldSelf', messageExpression: "oldSelf + ' stays'" }]);
  expect(check(fixed, { site: 'south' })).toEqual([]);
  expect(check(fixed, { site: 'south' }, {})).toEqual([]);
  expect(check(fixed, { site: 'south' }, { site: 'north' })).toEqual([
    'spec.site: Invalid value: "south": north stays',
  ]);
});

test('what was wrong before and is untouched may stay', () => {
  expect(check(ordered, { min: 3, max: 2 }, { min: 3, max: 2 })).toEqual([]);
  expect(check(ordered, { min: 3, max: 1 }, { min: 3, max: 2 })).toHaveLength(1);
});

test('expressions are checked when a definition is written', () => {
  const errors = checkRuleExpressions(
    silo([{ rule: "self.min > 'many'" }, { rule: 'self.min' }]),
    FieldPath.of('schema'),
  );
  expect(errors.map((e) => e.field)).toEqual([
    'schema.properties[spec].x-kubernetes-validations[0].rule',
    'schema.properties[spec].x-kubernetes-validations[1].rule',
  ]);
  expect(errors[0]?.message).toContain("found no matching overload for '_>_' applied to '(int, string)'");
  expect(errors[1]?.message).toContain('cel expression must evaluate to a bool');
});
