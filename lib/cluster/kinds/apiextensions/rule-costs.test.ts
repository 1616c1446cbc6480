import { expect, test } from 'vitest';
import { FieldPath } from '../../machinery/field-path.ts';
import type { JSONSchemaProps, ValidationRule } from '../../schema/generated/types.ts';
import { checkRuleExpressions } from './rule-checks.ts';

const HINT =
  '(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)';

function complaints(property: JSONSchemaProps, rule: ValidationRule): string[] {
  const schema = { type: 'object', properties: { tags: { ...property, 'x-kubernetes-validations': [rule] } } };
  return checkRuleExpressions(schema, FieldPath.of('schema')).map(
    ({ field, message }) => `${field.slice(field.lastIndexOf('.') + 1)}: ${message}`,
  );
}

const words = (maxItems?: number, maxLength?: number): JSONSchemaProps => ({
  type: 'array',
  ...(maxItems === undefined ? {} : { maxItems }),
  items: { type: 'string', ...(maxLength === undefined ? {} : { maxLength }) },
});

// The longest lists that an API server 1.36.3 accepts with this rule.
test.each([
  [16, 909_090],
  [63, 333_333],
  [253, 94_339],
  [1024, 24_154],
])('looking into each of some strings of %i characters costs as upstream', (length, items) => {
  const rule = { rule: "self.all(x, x.contains('gpu'))" };
  expect(complaints(words(items, length), rule)).toEqual([]);
  expect(complaints(words(items + 1, length), rule)).toEqual([
    expect.stringMatching(/^rule: Forbidden: estimated rule cost exceeds budget by factor of 1\.0000\d\dx /),
  ]);
});

test('what has no bounds is too dear, and so is all of the schema', () => {
  expect(complaints(words(), { rule: 'self.all(a, self.all(b, a != b))' })).toEqual([
    `rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x ${HINT}`,
    'rule: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema',
    `schema: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x ${HINT}`,
  ]);
});

test('a message is estimated like a rule; one that is formatted is cheap', () => {
  const number = { type: 'object', properties: { min: { type: 'integer' } } };
  const rule = (messageExpression: string) => ({ rule: 'self.min > 1', messageExpression });
  expect(complaints(number, rule("'min (%d)'.format([self.min])"))).toEqual([]);
  expect(complaints(number, rule("'min (' + string(self.min) + ')'"))[0]).toBe(
    `messageExpression: Forbidden: estimated messageExpression cost exceeds budget by factor of more than 100x ${HINT}`,
  );
});

test('a rule counts once for each value that it may be asked about', () => {
  const item: JSONSchemaProps = {
    type: 'object',
    properties: { a: { type: 'string', maxLength: 10 } },
    'x-kubernetes-validations': [{ rule: "self.a.matches('^[a-z]+$')" }],
  };
  const list = (maxItems?: number): JSONSchemaProps => ({
    type: 'object',
    properties: { list: { type: 'array', items: item, ...(maxItems === undefined ? {} : { maxItems }) } },
  });
  const check = (schema: JSONSchemaProps) => checkRuleExpressions(schema, FieldPath.of('schema')).map((e) => e.message);
  expect(check(list(10))).toEqual([]);
  // 2 for the field, ⌈41 / 10⌉ × ⌈8 / 4⌉ for the expression; 1,048,576 of `{}` fit into a request.
  expect(check(list())).toEqual([
    `Forbidden: estimated rule cost exceeds budget by factor of 1.3x ${HINT}`.replace('1.3x', '1.258291x'),
  ]);
});
