import { forbidden, invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import type { JSONSchemaProps } from '../../schema/generated/types.ts';
import { schemaOf, sortedEntries } from './schema-parts.ts';
import { validateValue } from './schema-value.ts';

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const LIST_TYPES = ['atomic', 'map', 'set'];
const MAP_TYPES = ['atomic', 'granular'];
const LIST_TYPE = 'x-kubernetes-list-type';
const KEYS = 'x-kubernetes-list-map-keys';
const MAP_TYPE = 'x-kubernetes-map-type';
const RULES = 'x-kubernetes-validations';
const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

const ROOT = FieldPath.of();

/** Every default below a schema, checked as a value of its own: its messages have no path inside. */
export function validateDefaults(schema: JSONSchemaProps, at: FieldPath): FieldError[] {
  const items = schemaOf(schema.items);
  const additional = schemaOf(schema.additionalProperties);
  const here = at.child('default').toString();
  return [
    ...(schema.default === undefined
      ? []
      : validateValue(schema, schema.default, ROOT).map((error) => ({
          ...error,
          field: error.field === '<nil>' ? error.field : [here, error.field].filter(Boolean).join('.'),
        }))),
    ...(items ? validateDefaults(items, at.child('items')) : []),
    ...(additional ? validateDefaults(additional, at.child('additionalProperties')) : []),
    ...sortedEntries(schema.properties).flatMap(([key, one]) => validateDefaults(one, at.child('properties').key(key))),
  ];
}

function checkLists(schema: JSONSchemaProps, at: FieldPath): FieldError[] {
  const listType = schema[LIST_TYPE];
  const keys = schema[KEYS] ?? [];
  const errors: FieldError[] = [];
  if (listType !== undefined) {
    if (schema.type !== 'array') {
      errors.push(
        schema.type
          ? invalid(at.child('type'), schema.type, `must be array if ${LIST_TYPE} is ${listType}`)
          : required(at.child('type'), `must be array if ${LIST_TYPE} is ${listType}`),
      );
    }
    if (!LIST_TYPES.includes(listType)) errors.push(notSupported(at.child(LIST_TYPE), listType, LIST_TYPES));
  }
  if (keys.length > 0) {
    if (listType === undefined) errors.push(required(at.child(LIST_TYPE), `must be map if ${KEYS} is non-empty`));
    else if (listType !== 'map')
      errors.push(invalid(at.child(LIST_TYPE), listType, `must be map if ${KEYS} is non-empty`));
  }
  if (listType === 'map') {
    const items = schemaOf(schema.items);
    if (keys.length === 0) errors.push(required(at.child(KEYS), `must not be empty if ${LIST_TYPE} is map`));
    if (!items) errors.push(required(at.child('items'), `must have a schema if ${LIST_TYPE} is map`));
    else if (items.type !== 'object') {
      errors.push(
        invalid(
          at.child('items').child('type'),
          items.type ?? '',
          `must be object if parent array's ${LIST_TYPE} is map`,
        ),
      );
    }
    for (const [i, key] of keys.entries()) {
      const field = items?.properties?.[key];
      if (items && !field)
        errors.push(invalid(at.child(KEYS).index(i), key, 'entry is not a property of the items schema'));
      else if (items && field?.default === undefined && !items.required?.includes(key)) {
        errors.push(
          required(
            at.child('items').child('properties').key(key).child('default'),
            `this property is in ${KEYS}, so it must have a default or be a required property`,
          ),
        );
      }
    }
  }
  const mapType = schema[MAP_TYPE];
  if (mapType !== undefined) {
    if (schema.type !== 'object') {
      errors.push(
        schema.type
          ? invalid(at.child('type'), schema.type, `must be object if ${MAP_TYPE} is ${mapType}`)
          : required(at.child('type'), `must be object if ${MAP_TYPE} is ${mapType}`),
      );
    }
    if (!MAP_TYPES.includes(mapType)) errors.push(notSupported(at.child(MAP_TYPE), mapType, MAP_TYPES));
  }
  return errors;
}

/** Whether a rule's field path (`.owner.name`, `.labels['a']`) leads to a field of the schema. */
function leadsToField(schema: JSONSchemaProps, path: string): boolean {
  const names = [...path.matchAll(/\.([A-Za-z_]\w*)|\['([^']*)'\]/g)];
  if (names.map(([whole]) => whole).join('') !== path) return false;
  let here: JSONSchemaProps | undefined = schema;
  for (const [, plain, quoted] of names)
    here = here?.properties?.[plain ?? quoted ?? ''] ?? schemaOf(here?.additionalProperties);
  return here !== undefined;
}

function checkRules(schema: JSONSchemaProps, at: FieldPath): FieldError[] {
  return (schema[RULES] ?? []).flatMap((rule, i) => {
    const here = at.child(RULES).index(i);
    return [
      ...(rule.rule?.trim() ? [] : [required(here.child('rule'), 'rule is not specified')]),
      ...(rule.message !== undefined && rule.message !== '' && rule.message.trim() === ''
        ? [invalid(here.child('message'), rule.message, 'message must be non-empty if specified')]
        : []),
      ...(rule.reason !== undefined && !REASONS.includes(rule.reason)
        ? [notSupported(here.child('reason'), rule.reason, REASONS)]
        : []),
      ...(rule.fieldPath && !leadsToField(schema, rule.fieldPath)
        ? [invalid(here.child('fieldPath'), rule.fieldPath, 'must be a valid path')]
        : []),
    ];
  });
}

function checkUnserved(schema: JSONSchemaProps, at: FieldPath): FieldError[] {
  const out: FieldError[] = [];
  if (schema.definitions) out.push(forbidden(at.child('definitions'), 'definitions is not supported'));
  if (schema.dependencies) out.push(forbidden(at.child('dependencies'), 'dependencies is not supported'));
  if (schema.id) out.push(forbidden(at.child('id'), 'id is not supported'));
  if (schema.additionalItems !== undefined)
    out.push(forbidden(at.child('additionalItems'), 'additionalItems is not supported'));
  if (schema.patternProperties)
    out.push(forbidden(at.child('patternProperties'), 'patternProperties is not supported'));
  if (schema.$ref !== undefined) out.push(forbidden(at.child('$ref'), '$ref is not supported'));
  if (schema.type === 'null')
    out.push(forbidden(at.child('type'), 'type cannot be set to null, use nullable as an alternative'));
  return out;
}

/** What the API server refuses in a schema beyond a missing structure. */
export function validateOpenApi(schema: JSONSchemaProps, at: FieldPath): FieldError[] {
  const items = schemaOf(schema.items);
  const additional = schemaOf(schema.additionalProperties);
  const errors: FieldError[] = [];
  if (schema.uniqueItems) {
    errors.push(
      forbidden(
        at.child('uniqueItems'),
        'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      ),
    );
  }
  if (schema.additionalProperties !== undefined) {
    if (Object.keys(schema.properties ?? {}).length > 0) {
      if (additional || schema.additionalProperties === false) {
        errors.push(
          forbidden(at.child('additionalProperties'), 'additionalProperties and properties are mutual exclusive'),
        );
      }
    } else if (schema.additionalProperties === false)
      errors.push(forbidden(at.child('additionalProperties'), 'additionalProperties cannot be set to false'));
    if (additional) errors.push(...validateOpenApi(additional, at.child('additionalProperties')));
  }
  for (const [key, one] of sortedEntries(schema.properties))
    errors.push(...validateOpenApi(one, at.child('properties').key(key)));
  if (schema.not) errors.push(...validateOpenApi(schema.not, at.child('not')));
  for (const key of ['allOf', 'oneOf', 'anyOf'] as const)
    (schema[key] ?? []).forEach((one, i) => errors.push(...validateOpenApi(one, at.child(key).index(i))));
  if (Array.isArray(schema.items))
    errors.push(forbidden(at.child('items'), 'items must be a schema object and not an array'));
  else if (items) errors.push(...validateOpenApi(items, at.child('items')));
  errors.push(...checkUnserved(schema, at));
  if (schema.type && schema.type !== 'null' && !TYPES.includes(schema.type))
    errors.push(notSupported(at.child('type'), schema.type, TYPES));
  errors.push(...checkLists(schema, at), ...checkRules(schema, at));
  return errors;
}
