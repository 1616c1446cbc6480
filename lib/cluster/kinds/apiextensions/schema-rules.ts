import { optional } from '../../cel/index.ts';
import { deepEqual } from '../../../kit/deep.ts';
import { duplicate, forbidden, invalid, required, showValue, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { isJsonObject, type JsonObject } from '../../machinery/object.ts';
import type { JSONSchemaProps, ValidationRule } from '../../schema/generated/types.ts';
import { rulesOf, type RulePrograms } from './rule-programs.ts';
import { resourceSchema, ruleValue } from './rule-values.ts';
import { itemBefore, schemaOf, sortedEntries } from './schema-parts.ts';

/** Errors of a schema that make its rules not worth looking at. */
const BLOCKING = [
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
];

const NOT_CHECKED: FieldError = {
  reason: 'FieldValueInvalid',
  field: '<nil>',
  message:
    'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
};

interface Level {
  schema: JSONSchemaProps;
  /** The schema as rules see it: with the parts that every resource has. */
  seenAs: JSONSchemaProps;
  value: unknown;
  /** The value before the update; undefined when there was none, or none that belongs to this one. */
  old: unknown;
  at: FieldPath;
}

const words = ({ rule, message }: ValidationRule) => message?.trim() || `failed rule: ${rule.trim()}`;

function fieldOf(at: FieldPath, fieldPath: string | undefined): FieldPath {
  const parts = [...(fieldPath ?? '').matchAll(/\.([A-Za-z_]\w*)|\['([^']*)'\]/g)];
  return parts.reduce(
    (path, [, plain, quoted]) => (plain === undefined ? path.key(quoted ?? '') : path.child(plain)),
    at,
  );
}

function failure({ schema, value, at }: Level, rule: ValidationRule, text: string): FieldError {
  const field = fieldOf(at, rule.fieldPath);
  const scalar = schema.type !== 'object' && schema.type !== 'array';
  switch (rule.reason) {
    case 'FieldValueForbidden':
      return forbidden(field, text);
    case 'FieldValueRequired':
      return required(field, text);
    case 'FieldValueDuplicate':
      return duplicate(field, scalar ? value : schema.type);
    default: {
      const shown = scalar ? `Invalid value: ${showValue(value)}` : 'Invalid value';
      return { ...invalid(field, '', ''), message: `${shown}: ${text}` };
    }
  }
}

function check(level: Level, { rule, check: compiled, message }: RulePrograms): FieldError[] {
  const { schema, seenAs, value, old, at } = level;
  if (!compiled.ok) return [];
  const isTransition = compiled.program.uses('oldSelf');
  if (isTransition && old === undefined && !rule.optionalOldSelf) return [];
  // What was wrong before and has not been touched may stay.
  if (!isTransition && old !== undefined && deepEqual(value, old)) return [];
  const before = old === undefined ? undefined : ruleValue(seenAs, old);
  const variables = { self: ruleValue(seenAs, value), oldSelf: rule.optionalOldSelf ? optional(before) : before };
  const result = compiled.program.evaluate(variables);
  if (!result.ok)
    return [invalid(at, schema.type, `${result.error} evaluating rule: ${rule.message?.trim() || rule.rule.trim()}`)];
  if (result.value === true) return [];
  const said = message?.ok ? message.program.evaluate(variables) : undefined;
  const text = said?.ok && typeof said.value === 'string' ? said.value.trim() : '';
  return [failure(level, rule, text && !text.includes('\n') ? text : words(rule))];
}

function checkBelow({ schema, value, old, at }: Level): FieldError[] {
  const enter = (one: JSONSchemaProps | undefined, inner: unknown, before: unknown, path: FieldPath) =>
    one && inner !== undefined && inner !== null
      ? checkLevel({ schema: one, seenAs: one, value: inner, old: before ?? undefined, at: path })
      : [];
  if (Array.isArray(value)) {
    const items = schemaOf(schema.items);
    return value.flatMap((item, i) => enter(items, item, itemBefore(schema, item, old), at.index(i)));
  }
  if (!isJsonObject(value)) return [];
  const additional = schemaOf(schema.additionalProperties);
  return sortedEntries(value).flatMap(([key, inner]) => {
    const own = schema.properties?.[key];
    const before = isJsonObject(old) ? old[key] : undefined;
    return enter(own ?? additional, inner, before, own ? at.child(key) : at.key(key));
  });
}

function checkLevel(level: Level): FieldError[] {
  return [...rulesOf(level.schema, level.seenAs).flatMap((rule) => check(level, rule)), ...checkBelow(level)];
}

function hasRules(schema: JSONSchemaProps): boolean {
  const below = [
    schemaOf(schema.items),
    schemaOf(schema.additionalProperties),
    ...Object.values(schema.properties ?? {}),
  ];
  return Boolean(schema['x-kubernetes-validations']?.length) || below.some((one) => one !== undefined && hasRules(one));
}

const withRules = new WeakMap<JSONSchemaProps, boolean>();

/** What the validation rules of a definition's schema say of a resource, given what the rest of the schema says. */
export function validateRules(
  schema: JSONSchemaProps,
  object: JsonObject,
  old: JsonObject | undefined,
  errors: readonly FieldError[],
): FieldError[] {
  let any = withRules.get(schema);
  if (any === undefined) withRules.set(schema, (any = hasRules(schema)));
  if (!any) return [];
  if (errors.some((e) => BLOCKING.includes(e.reason))) return [NOT_CHECKED];
  return checkLevel({ schema, seenAs: resourceSchema(schema), value: object, old, at: FieldPath.of() });
}
