import { isJsonObject, type JsonObject } from '../../machinery/object.ts';
import type { CustomResourceDefinitionVersion, JSONSchemaProps } from '../../schema/generated/types.ts';
import { schemaOf, sortedEntries } from './schema-parts.ts';

type Printed = (value: unknown) => unknown;

const plain: Printed = (value) => value ?? null;
const text: Printed = (value) => value ?? '';
const flag: Printed = (value) => value ?? false;
const list =
  (each: Printed): Printed =>
  (value) =>
    Array.isArray(value) ? value.map(each) : null;
const schema: Printed = (value) => (isJsonObject(value) ? printedSchema(value as JSONSchemaProps) : null);
const mapOf =
  (each: Printed): Printed =>
  (value) =>
    isJsonObject(value) ? Object.fromEntries(sortedEntries(value).map(([key, one]) => [key, each(one)])) : null;
const orFlag: Printed = (value) =>
  value === undefined ? null : { Allows: value !== false, Schema: schema(schemaOf(value)) };
const orNames: Printed = (value) => ({
  Schema: schema(schemaOf(value)),
  Property: Array.isArray(value) ? value : null,
});
const orList: Printed = (value) =>
  value === undefined ? null : { Schema: schema(schemaOf(value)), JSONSchemas: list(schema)(value) };

const named =
  (fields: readonly (readonly [string, string, Printed])[]): Printed =>
  (value) => {
    if (!isJsonObject(value)) return null;
    return Object.fromEntries(fields.map(([name, key, print]) => [name, print(value[key])]));
  };

/** A validation rule in the internal form. */
export const printedRule = named([
  ['Rule', 'rule', text],
  ['Message', 'message', text],
  ['MessageExpression', 'messageExpression', text],
  ['Reason', 'reason', plain],
  ['FieldPath', 'fieldPath', text],
  ['OptionalOldSelf', 'optionalOldSelf', plain],
]);
const docs = named([
  ['Description', 'description', text],
  ['URL', 'url', text],
]);

const SCHEMA: readonly (readonly [string, keyof JSONSchemaProps, Printed])[] = [
  ['ID', 'id', text],
  ['Schema', '$schema', text],
  ['Ref', '$ref', plain],
  ['Description', 'description', text],
  ['Type', 'type', text],
  ['Nullable', 'nullable', flag],
  ['Format', 'format', text],
  ['Title', 'title', text],
  ['Default', 'default', plain],
  ['Maximum', 'maximum', plain],
  ['ExclusiveMaximum', 'exclusiveMaximum', flag],
  ['Minimum', 'minimum', plain],
  ['ExclusiveMinimum', 'exclusiveMinimum', flag],
  ['MaxLength', 'maxLength', plain],
  ['MinLength', 'minLength', plain],
  ['Pattern', 'pattern', text],
  ['MaxItems', 'maxItems', plain],
  ['MinItems', 'minItems', plain],
  ['UniqueItems', 'uniqueItems', flag],
  ['MultipleOf', 'multipleOf', plain],
  ['Enum', 'enum', plain],
  ['MaxProperties', 'maxProperties', plain],
  ['MinProperties', 'minProperties', plain],
  ['Required', 'required', plain],
  ['Items', 'items', orList],
  ['AllOf', 'allOf', list(schema)],
  ['OneOf', 'oneOf', list(schema)],
  ['AnyOf', 'anyOf', list(schema)],
  ['Not', 'not', schema],
  ['Properties', 'properties', mapOf(schema)],
  ['AdditionalProperties', 'additionalProperties', orFlag],
  ['PatternProperties', 'patternProperties', mapOf(schema)],
  ['Dependencies', 'dependencies', mapOf(orNames)],
  ['AdditionalItems', 'additionalItems', orFlag],
  ['Definitions', 'definitions', mapOf(schema)],
  ['ExternalDocs', 'externalDocs', docs],
  ['Example', 'example', plain],
  ['XPreserveUnknownFields', 'x-kubernetes-preserve-unknown-fields', plain],
  ['XEmbeddedResource', 'x-kubernetes-embedded-resource', flag],
  ['XIntOrString', 'x-kubernetes-int-or-string', flag],
  ['XListMapKeys', 'x-kubernetes-list-map-keys', plain],
  ['XListType', 'x-kubernetes-list-type', plain],
  ['XMapType', 'x-kubernetes-map-type', plain],
  ['XValidations', 'x-kubernetes-validations', list(printedRule)],
];

function printedSchema(value: JSONSchemaProps): JsonObject {
  return Object.fromEntries(SCHEMA.map(([name, key, print]) => [name, print(value[key])]));
}

const subresources: Printed = named([
  ['Status', 'status', plain],
  [
    'Scale',
    'scale',
    named([
      ['SpecReplicasPath', 'specReplicasPath', text],
      ['StatusReplicasPath', 'statusReplicasPath', text],
      ['LabelSelectorPath', 'labelSelectorPath', plain],
    ]),
  ],
]);

const printerColumn = named([
  ['Name', 'name', text],
  ['Type', 'type', text],
  ['Format', 'format', text],
  ['Description', 'description', text],
  ['Priority', 'priority', (value) => value ?? 0],
  ['JSONPath', 'jsonPath', text],
]);

const version = named([
  ['Name', 'name', text],
  ['Served', 'served', flag],
  ['Storage', 'storage', flag],
  ['Deprecated', 'deprecated', flag],
  ['DeprecationWarning', 'deprecationWarning', plain],
  ['Schema', 'schema', named([['OpenAPIV3Schema', 'openAPIV3Schema', schema]])],
  ['Subresources', 'subresources', subresources],
  ['AdditionalPrinterColumns', 'additionalPrinterColumns', list(printerColumn)],
  ['SelectableFields', 'selectableFields', list(named([['JSONPath', 'jsonPath', text]]))],
]);

/** The versions of a definition as messages print them: in the API server's internal form. */
export const printedVersions = (versions: readonly CustomResourceDefinitionVersion[]): unknown[] =>
  versions.map((one) => version(one));
