import { deepEqual } from '../../../kit/deep.ts';
import { duplicate, forbidden, invalid, notSupported, required, type FieldError } from '../../machinery/field-error.ts';
import { FieldPath } from '../../machinery/field-path.ts';
import { dns1035Label } from '../../machinery/names.ts';
import type {
  CustomResourceColumnDefinition,
  CustomResourceConversion,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
  CustomResourceSubresources,
  JSONSchemaProps,
  SelectableField,
} from '../../schema/generated/types.ts';
import { printedVersions } from './definition-internal.ts';
import { checkRuleExpressions } from './rule-checks.ts';
import { validateDefaults, validateOpenApi } from './schema-openapi.ts';
import { schemaOf } from './schema-parts.ts';
import { validateStructure } from './schema-structure.ts';

const SPEC = FieldPath.of('spec');
const VERSIONS = SPEC.child('versions');
const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];
const SELECTABLE_TYPES = ['string', 'boolean', 'integer'];

const SHARED = ['schema', 'subresources', 'additionalPrinterColumns', 'selectableFields'] as const;
type Shared = Partial<Pick<CustomResourceDefinitionVersion, (typeof SHARED)[number]>>;

/**
 * What all versions have in common is checked once, above the versions, and messages name it there:
 * `spec.validation.openAPIV3Schema`, not `spec.versions[0].schema.openAPIV3Schema`.
 */
export function splitVersions(versions: readonly CustomResourceDefinitionVersion[]): {
  shared: Shared;
  own: CustomResourceDefinitionVersion[];
} {
  const [first, ...rest] = versions;
  const own = versions.map((version) => ({ ...version }));
  const shared: Shared = {};
  for (const key of SHARED) {
    if (!first || !rest.every((version) => deepEqual(version[key], first[key]))) continue;
    Object.assign(shared, { [key]: first[key] });
    for (const version of own) delete version[key];
  }
  return { shared, own };
}

function validateSchema(schema: JSONSchemaProps | undefined, at: FieldPath): FieldError[] {
  if (!schema) return [];
  const structure = validateStructure(schema, at);
  const form = validateOpenApi(schema, at);
  return [
    ...structure,
    ...(structure.length === 0 ? validateDefaults(schema, at) : []),
    ...form,
    // Rules of a schema that is wrong itself would only be complained about for that.
    ...(structure.length + form.length === 0 ? checkRuleExpressions(schema, at) : []),
  ];
}

const simplePath = (value: string, at: FieldPath): FieldError[] =>
  value.startsWith('.') ? [] : [invalid(at, value, 'must be a simple json path starting with .')];

function pathUnder(value: string, at: FieldPath, parents: readonly string[]): FieldError[] {
  const errors = simplePath(value, at);
  if (errors.length > 0 || parents.some((parent) => value.startsWith(`${parent}.`))) return errors;
  const where = parents.length > 1 ? `either ${parents.join(' or ')}` : parents[0];
  return [invalid(at, value, `should be a json path under ${where}`)];
}

function validateSubresources({ scale }: CustomResourceSubresources, at: FieldPath): FieldError[] {
  if (!scale) return [];
  const here = at.child('scale');
  const needed = (key: 'specReplicasPath' | 'statusReplicasPath', parent: string) =>
    scale[key] ? pathUnder(scale[key], here.child(key), [parent]) : [required(here.child(key))];
  return [
    ...needed('specReplicasPath', '.spec'),
    ...needed('statusReplicasPath', '.status'),
    ...(scale.labelSelectorPath
      ? pathUnder(scale.labelSelectorPath, here.child('labelSelectorPath'), ['.spec', '.status'])
      : []),
  ];
}

function validateColumn(column: Partial<CustomResourceColumnDefinition>, at: FieldPath): FieldError[] {
  const { name, type, format, jsonPath } = column;
  const errors: FieldError[] = [];
  const types = `must be one of ${COLUMN_TYPES.join(',')}`;
  if (!name) errors.push(required(at.child('name')));
  if (!type) errors.push(required(at.child('type'), types));
  else if (!COLUMN_TYPES.includes(type)) errors.push(invalid(at.child('type'), type, types));
  if (format && !COLUMN_FORMATS.includes(format))
    errors.push(invalid(at.child('format'), format, `must be one of ${COLUMN_FORMATS.join(',')}`));
  const path = at.child('JSONPath');
  errors.push(...(jsonPath ? simplePath(jsonPath, path) : [required(path)]));
  return errors;
}

function fieldAt(schema: JSONSchemaProps, path: string): JSONSchemaProps | undefined {
  let here: JSONSchemaProps | undefined = schema;
  for (const name of path.replace(/^\./, '').split('.'))
    here = here?.properties?.[name] ?? schemaOf(here?.additionalProperties);
  return here;
}

function validateSelectable(fields: readonly SelectableField[], schema: JSONSchemaProps, at: FieldPath): FieldError[] {
  return fields.flatMap(({ jsonPath }, i) => {
    const here = at.index(i).child('jsonPath');
    if (!jsonPath) return [required(here)];
    const field = fieldAt(schema, jsonPath);
    if (!field) return [invalid(here, jsonPath, 'is an invalid path: does not refer to a valid field')];
    const errors: FieldError[] = [];
    if (jsonPath.startsWith('.metadata')) errors.push(invalid(here, jsonPath, 'must not point to fields in metadata'));
    if (!field.type || !SELECTABLE_TYPES.includes(field.type)) {
      errors.push(
        invalid(
          here,
          jsonPath,
          'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
        ),
      );
    }
    if (fields.findIndex((other) => other.jsonPath === jsonPath) < i) errors.push(duplicate(here, jsonPath));
    return errors;
  });
}

/** What may stand in a version or above all versions. */
function validateParts(parts: Shared, at: FieldPath, schemaKey: string, noSchema: string): FieldError[] {
  const { schema, subresources, additionalPrinterColumns = [], selectableFields = [] } = parts;
  const fields = at.child('selectableFields');
  return [
    ...validateSchema(schema?.openAPIV3Schema, at.child(schemaKey, 'openAPIV3Schema')),
    ...(subresources ? validateSubresources(subresources, at.child('subresources')) : []),
    ...additionalPrinterColumns.flatMap((column, i) =>
      validateColumn(column, at.child('additionalPrinterColumns').index(i)),
    ),
    ...(selectableFields.length > 0
      ? schema?.openAPIV3Schema
        ? validateSelectable(selectableFields, schema.openAPIV3Schema, fields)
        : [invalid(fields, '', noSchema)]
      : []),
  ];
}

function deprecation({ deprecated, deprecationWarning }: CustomResourceDefinitionVersion, at: FieldPath): FieldError[] {
  if (deprecationWarning === undefined) return [];
  const say = (text: string) => [invalid(at.child('deprecationWarning'), deprecationWarning, text)];
  if (!deprecated) return say('can only be set for deprecated versions');
  if (deprecationWarning === '') return say('must not be an empty string');
  return Buffer.byteLength(deprecationWarning) > 256 ? say('must be <= 256 bytes long') : [];
}

function validateVersion(version: CustomResourceDefinitionVersion, i: number): FieldError[] {
  const at = VERSIONS.index(i);
  const name = dns1035Label(version.name ?? '');
  return [
    ...(name.length > 0 ? [invalid(at.child('name'), version.name ?? '', name.join(','))] : []),
    ...deprecation(version, at),
    ...validateParts(version, at, 'schema', 'may only be set when `version.schema.openAPIV3Schema` is not included'),
  ];
}

/** The versions of a definition; `names` are complaints that stand between those of versions and of what they share. */
export function validateVersions(
  versions: readonly CustomResourceDefinitionVersion[],
  names: readonly FieldError[],
): FieldError[] {
  const { shared, own } = splitVersions(versions);
  const errors: FieldError[] = [];
  versions.forEach((version, i) => {
    if (!version.schema?.openAPIV3Schema) errors.push(required(VERSIONS.index(i).child('schema', 'openAPIV3Schema')));
  });
  own.forEach((version, i) => errors.push(...validateVersion(version, i)));
  if (new Set(versions.map((version) => version.name)).size < versions.length)
    errors.push(invalid(VERSIONS, printedVersions(own), 'must contain unique version names'));
  if (versions.filter((version) => version.storage).length !== 1)
    errors.push(invalid(VERSIONS, printedVersions(own), 'must have exactly one version marked as storage version'));
  return [
    ...errors,
    ...names,
    ...validateParts(shared, SPEC, 'validation', 'may only be set when validations.schema is included'),
  ];
}

const NOT_WEBHOOK = 'should not be set when strategy is not set to Webhook';

function validateClient({ webhook }: CustomResourceConversion, at: FieldPath): FieldError[] {
  const client = at.child('webhookClientConfig');
  const reviews = at.child('conversionReviewVersions');
  const versions = webhook?.conversionReviewVersions ?? [];
  const errors: FieldError[] = [];
  if (!webhook?.clientConfig) errors.push(required(client, 'required when strategy is set to Webhook'));
  else if (Boolean(webhook.clientConfig.url) === Boolean(webhook.clientConfig.service))
    errors.push(required(client, 'exactly one of url or service is required'));
  if (versions.length === 0) errors.push(required(reviews));
  else if (!versions.some((version) => version === 'v1' || version === 'v1beta1'))
    errors.push(invalid(reviews, versions, 'must include at least one of v1, v1beta1'));
  return errors;
}

export function validateConversion({ conversion, preserveUnknownFields }: CustomResourceDefinitionSpec): FieldError[] {
  if (!conversion) return [];
  const at = SPEC.child('conversion');
  const { strategy, webhook } = conversion;
  const errors: FieldError[] = [];
  if (strategy !== 'None' && preserveUnknownFields)
    errors.push(invalid(at.child('strategy'), strategy, 'must be None if spec.preserveUnknownFields is true'));
  if (!strategy) errors.push(required(at.child('strategy')));
  else if (strategy !== 'None' && strategy !== 'Webhook')
    errors.push(notSupported(at.child('strategy'), strategy, ['None', 'Webhook']));
  if (strategy === 'Webhook') return [...errors, ...validateClient(conversion, at)];
  if (webhook?.clientConfig) errors.push(forbidden(at.child('webhookClientConfig'), NOT_WEBHOOK));
  if (webhook?.conversionReviewVersions?.length)
    errors.push(forbidden(at.child('conversionReviewVersions'), NOT_WEBHOOK));
  return errors;
}

/** Objects may still be stored in a version that was once the storage version. */
export function validateStoredVersions(
  stored: readonly string[] | undefined,
  versions: readonly CustomResourceDefinitionVersion[],
): FieldError[] {
  const at = FieldPath.of('status', 'storedVersions');
  if (!stored?.length) return [invalid(at, stored, 'must have at least one stored version')];
  const errors: FieldError[] = [];
  const left = new Set(stored);
  for (const { name, storage } of versions) {
    if (storage && !left.has(name)) errors.push(invalid(at, stored, `must have the storage version ${name}`));
    left.delete(name);
  }
  for (const name of left) {
    errors.push(
      invalid(
        at.index(stored.lastIndexOf(name)),
        name,
        `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`,
      ),
    );
  }
  return errors;
}
