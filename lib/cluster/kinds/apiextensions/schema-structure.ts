import { forbidden, invalid, required, type FieldError } from '../../machinery/field-error.ts';
import type { FieldPath } from '../../machinery/field-path.ts';
import type { JSONSchemaProps } from '../../schema/generated/types.ts';
import { isIntegerOrString, schemaOf, sortedEntries } from './schema-parts.ts';

const EMBEDDED = 'x-kubernetes-embedded-resource';
const INT_OR_STRING = 'x-kubernetes-int-or-string';
const PRESERVE = 'x-kubernetes-preserve-unknown-fields';
const KEYS = 'x-kubernetes-list-map-keys';

type Level = 'root' | 'item' | 'field';

const TYPE_MISSING: Record<Level, string> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

function compileError(pattern: string): string | undefined {
  try {
    return RegExp(pattern) instanceof RegExp ? undefined : '';
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
}

/** What RE2 says of a pattern that it cannot read, for the slips that people make. */
function patternComplaint(pattern: string): string | undefined {
  const text = compileError(pattern);
  if (text === undefined) return undefined;
  if (text.includes('Unterminated group')) return `missing closing ): \`${pattern}\``;
  if (text.includes('Unmatched')) return `unexpected ): \`${pattern}\``;
  if (text.includes('Unterminated character class')) {
    return `missing closing ]: \`${pattern.slice(pattern.lastIndexOf('['))}\``;
  }
  if (text.includes('Nothing to repeat')) {
    return `missing argument to repetition operator: \`${/[*+?]/.exec(pattern)?.[0] ?? pattern}\``;
  }
  if (text.includes('at end of pattern')) return 'trailing backslash at end of expression: ``';
  return `invalid escape sequence: \`${pattern}\``;
}

/** What may only stand in a schema proper, not below anyOf, allOf, oneOf and not. */
const OUTSIDE_ONLY: readonly (readonly [keyof JSONSchemaProps, string])[] = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  [PRESERVE, 'must be false to be structural'],
  [EMBEDDED, 'must be false to be structural'],
  [INT_OR_STRING, 'must be false to be structural'],
  [KEYS, 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
];

function isSet(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== '' && value !== false;
}

function checkNested(schema: JSONSchemaProps, at: FieldPath, intOrString: boolean): FieldError[] {
  const items = schemaOf(schema.items);
  return [
    ...checkConditions(schema, at, intOrString, false),
    ...(items ? checkNested(items, at.child('items'), false) : []),
    ...sortedEntries(schema.properties).flatMap(([key, value]) =>
      checkNested(value, at.child('properties').key(key), false),
    ),
    ...OUTSIDE_ONLY.flatMap(([key, text]) => (isSet(schema[key]) ? [forbidden(at.child(key), text)] : [])),
    ...(schema.properties?.metadata
      ? [forbidden(at.child('properties').key('metadata'), 'must not be specified in a nested context')]
      : []),
  ];
}

function checkConditions(schema: JSONSchemaProps, at: FieldPath, skipAnyOf: boolean, skipFirst: boolean): FieldError[] {
  const { anyOf = [], allOf = [], oneOf = [], not, pattern } = schema;
  const each = (list: readonly JSONSchemaProps[], key: string) =>
    list.flatMap((one, i) => checkNested(one, at.child(key).index(i), key === 'allOf' && skipFirst && i === 0));
  const complaint = pattern ? patternComplaint(pattern) : undefined;
  return [
    ...(skipAnyOf ? [] : each(anyOf, 'anyOf')),
    ...each(allOf, 'allOf'),
    ...each(oneOf, 'oneOf'),
    ...(not ? checkNested(not, at.child('not'), false) : []),
    ...(complaint
      ? [
          invalid(
            at.child('pattern'),
            pattern,
            `must be a valid regular expression, but isn't: error parsing regexp: ${complaint}`,
          ),
        ]
      : []),
  ];
}

function checkType(schema: JSONSchemaProps, at: FieldPath, level: Level): FieldError[] {
  const { type } = schema;
  const here = at.child('type');
  const errors: FieldError[] = [];
  if (schema[EMBEDDED] && type !== 'object') {
    const text = `must be object if ${EMBEDDED} is true`;
    errors.push(type ? invalid(here, type, text) : required(here, text));
  } else if (!type && !schema[INT_OR_STRING] && !schema[PRESERVE]) errors.push(required(here, TYPE_MISSING[level]));
  if (level === 'root' && type && type !== 'object') errors.push(invalid(here, type, 'must be object at the root'));
  return errors;
}

/** Only the name can be restricted; the rest of the metadata is the API server's. */
function checkMetadata(schema: JSONSchemaProps, at: FieldPath, level: Level): FieldError[] {
  const errors: FieldError[] = [];
  const properties = at.child('properties');
  const whole = level === 'root' || schema[EMBEDDED];
  for (const key of ['kind', 'apiVersion']) {
    const field = schema.properties?.[key];
    if (whole && field && field.type !== 'string')
      errors.push(invalid(properties.key(key).child('type'), field.type ?? '', 'must be string'));
  }
  const metadata = schema.properties?.metadata;
  if (!metadata) return errors;
  const here = properties.key('metadata');
  if (whole && metadata.type !== 'object')
    errors.push(invalid(here.child('type'), metadata.type ?? '', 'must be object'));
  if (level === 'root') {
    const other = Object.keys(metadata).filter(
      (key) => !['type', 'default', 'properties', 'description'].includes(key),
    );
    const fields = Object.keys(metadata.properties ?? {}).filter((key) => key !== 'name' && key !== 'generateName');
    if (other.length + fields.length > 0 || metadata.description) {
      errors.push(
        forbidden(
          here,
          'must not specify anything other than name and generateName, but metadata is implicitly specified',
        ),
      );
    }
  }
  return errors;
}

function checkExtensions(schema: JSONSchemaProps, at: FieldPath): FieldError[] {
  if (!schema[INT_OR_STRING]) return [];
  return [PRESERVE, EMBEDDED]
    .filter((key) => schema[key as typeof PRESERVE])
    .map((key) => invalid(at.child(key), true, `must be false if ${INT_OR_STRING} is true`));
}

function checkAdditional(schema: JSONSchemaProps, at: FieldPath, level: Level): FieldError[] {
  if (schema.additionalProperties === undefined) return [];
  const here = at.child('additionalProperties');
  const inner = schemaOf(schema.additionalProperties);
  return [
    ...(level === 'root' ? [forbidden(here, 'must not be used at the root')] : []),
    ...(inner ? checkSchema(inner, here, 'field') : []),
    ...(schema[EMBEDDED] ? [forbidden(here, `must not be used if ${EMBEDDED} is set`)] : []),
  ];
}

function checkSchema(schema: JSONSchemaProps, at: FieldPath, level: Level): FieldError[] {
  const items = schemaOf(schema.items);
  const fields = sortedEntries(schema.properties);
  return [
    ...(schema.type === 'array' && !items ? [required(at.child('items'), 'must be specified')] : []),
    ...(items ? checkSchema(items, at.child('items'), 'item') : []),
    ...fields.flatMap(([key, value]) => checkSchema(value, at.child('properties').key(key), 'field')),
    ...checkAdditional(schema, at, level),
    ...checkExtensions(schema, at),
    ...checkConditions(schema, at, isIntegerOrString(schema.anyOf), isIntegerOrString(schema.allOf?.[0]?.anyOf)),
    ...checkType(schema, at, level),
    ...checkMetadata(schema, at, level),
    ...(schema[EMBEDDED] && !schema[PRESERVE] && fields.length === 0
      ? [required(at.child('properties'), `must not be empty if ${EMBEDDED} is true without ${PRESERVE}`)]
      : []),
  ];
}

const text = ({ field, message }: FieldError) => `${field}: ${message}`;

/** Whether a schema says of each field what it is (a "structural" schema), in the order of the messages. */
export const validateStructure = (schema: JSONSchemaProps, at: FieldPath): FieldError[] =>
  checkSchema(schema, at, 'root').sort((a, b) => (text(a) < text(b) ? -1 : 1));
