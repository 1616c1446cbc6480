import { deepClone } from '../../kit/deep.ts';
import { validateRules } from '../kinds/apiextensions/schema-rules.ts';
import { validateValue } from '../kinds/apiextensions/schema-value.ts';
import type { Column, KindDefinition, ScaleSubresource } from '../kinds/define.ts';
import { name, since } from '../kinds/shared/columns.ts';
import { FieldPath } from '../machinery/field-path.ts';
import type { JsonObject, KubeObject } from '../machinery/object.ts';
import { isJsonObject } from '../machinery/object.ts';
import type { Resource } from '../machinery/resource.ts';
import { apiVersionOf } from '../machinery/resource.ts';
import type { TypeInfo } from '../machinery/type-info.ts';
import { customType } from '../schema/custom-types.ts';
import { decode } from '../schema/decode.ts';
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
  JSONSchemaProps,
} from '../schema/generated/types.ts';
import type { OpenApiSchema } from '../schema/open-api-schema.ts';
import { byVersionPriority } from './version-priority.ts';
import { asObject } from './core.ts';
import { valuesAt } from './json-path.ts';
import type { ResourceFacts, Served } from './registry.ts';
import { Strategy } from './strategy.ts';

/** What a custom resource definition says of one of its versions, beyond what all kinds have. */
export interface CustomKind {
  listKind: string;
  type: TypeInfo;
  schema?: OpenApiSchema;
}

const ROOT = FieldPath.of();
const METADATA = FieldPath.of('metadata');
/** In upstream's order. */
const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const PART_VERBS = ['get', 'patch', 'update'];
/** Checked by themselves, not by the schema. */
const OWN_MEMBERS = new Set(['apiVersion', 'kind', 'metadata']);

const asSchema = (value: unknown): JSONSchemaProps | undefined => (isJsonObject(value) ? value : undefined);

/** Fills in what a schema declares as default, in place. */
export function applyDefaults(schema: JSONSchemaProps, value: unknown): void {
  if (Array.isArray(value)) {
    const items = asSchema(schema.items);
    if (items) for (const item of value) applyDefaults(items, item);
    return;
  }
  if (!isJsonObject(value)) return;
  for (const [member, property] of Object.entries(schema.properties ?? {})) {
    const own = asSchema(property);
    if (!own) continue;
    const absent = value[member] === undefined || (value[member] === null && !own.nullable);
    if (own.default !== undefined && absent) value[member] = deepClone(own.default);
    applyDefaults(own, value[member]);
  }
  const others = asSchema(schema.additionalProperties);
  if (others)
    for (const [member, v] of Object.entries(value)) if (!schema.properties?.[member]) applyDefaults(others, v);
}

/** Whether a default stands anywhere in a schema. */
function declaresDefaults(schema: JSONSchemaProps): boolean {
  const parts = [...Object.values(schema.properties ?? {}), schema.items, schema.additionalProperties];
  return schema.default !== undefined || parts.map(asSchema).some((part) => part && declaresDefaults(part));
}

/** A scalar as text; '' for what is none. */
function textAt(object: KubeObject, path: string): string {
  const [value] = valuesAt(object, path);
  return typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : '';
}

function cellText(type: string, found: unknown[], now: number): string | number | boolean {
  const [value] = found;
  if (value === undefined || value === null) return '';
  switch (type) {
    case 'date':
      return typeof value === 'string' ? since(value, now) : '';
    case 'integer':
    case 'number':
      return typeof value === 'number' ? value : '';
    case 'boolean':
      return typeof value === 'boolean' ? value : '';
    default:
      return typeof value === 'string' ? value : found.length > 1 ? found.map(String).join(',') : JSON.stringify(value);
  }
}

function columnsOf(columns: readonly CustomResourceColumnDefinition[]): Column<KubeObject>[] {
  const own: readonly CustomResourceColumnDefinition[] = columns.length
    ? columns
    : [{ name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }];
  return [
    name(),
    ...own.map((c): Column<KubeObject> => {
      const { name, type, format, description, priority = 0, jsonPath } = c;
      return {
        name,
        type: type as Column<KubeObject>['type'],
        ...(format ? { format } : {}),
        description: description ?? `Custom resource definition column (in JSONPath format): ${jsonPath}`,
        priority,
        cell: (object, now) => cellText(type, valuesAt(object, jsonPath), now),
      };
    }),
  ];
}

function setAt(object: JsonObject, path: string, value: unknown): void {
  const members = path.split('.').filter((m) => m !== '');
  let at = object;
  for (const member of members.slice(0, -1)) {
    const next = at[member];
    const below: JsonObject = isJsonObject(next) ? next : {};
    at[member] = below;
    at = below;
  }
  at[members.at(-1) ?? ''] = value;
}

function scaleOf(version: CustomResourceDefinitionVersion): ScaleSubresource<KubeObject> | undefined {
  const scale = version.subresources?.scale;
  if (!scale) return undefined;
  const number = (object: KubeObject, path: string) => Number(valuesAt(object, path)[0] ?? 0);
  return {
    specReplicas: (object) => number(object, scale.specReplicasPath),
    statusReplicas: (object) => number(object, scale.statusReplicasPath),
    selector: (object) => (scale.labelSelectorPath ? textAt(object, scale.labelSelectorPath) : ''),
    setSpecReplicas: (draft, replicas) => setAt(draft as KubeObject & JsonObject, scale.specReplicasPath, replicas),
  };
}

/** The words for a deprecated version that has none of its own; they name a version to use, if there is one. */
function deprecationOf({ spec }: CustomResourceDefinition, version: string): string {
  const named = (v: string) => `${spec.group}/${v} ${spec.names.kind}`;
  const others = spec.versions.filter((v) => v.served && !v.deprecated).map((v) => v.name);
  const [better] = others.filter((v) => byVersionPriority(v, version) < 0).sort(byVersionPriority);
  return `${named(version)} is deprecated${better ? `; use ${named(better)}` : ''}`;
}

function definitionOf(
  crd: CustomResourceDefinition,
  version: CustomResourceDefinitionVersion,
  resource: Resource,
  stored: Resource,
  type: TypeInfo,
): KindDefinition {
  const schema = asSchema(version.schema?.openAPIV3Schema);
  const apiVersion = apiVersionOf(resource);
  const inVersion = (object: KubeObject, wanted: string) => {
    if (object.apiVersion === wanted) return object;
    if (wanted !== apiVersion) return { ...object, apiVersion: wanted };
    const pruned = decode(type, object);
    return { ...(pruned.ok ? pruned.object : object), apiVersion, kind: resource.kind, metadata: object.metadata };
  };
  const defaulting = schema && declaresDefaults(schema) ? schema : undefined;
  // Defaults also hold for what was stored before they were declared.
  const fromStored = (object: KubeObject) => {
    const served = inVersion(object, apiVersion);
    if (!defaulting) return served;
    const draft = deepClone(served);
    applyDefaults(defaulting, draft);
    return draft;
  };
  const validateUpdate = (object: KubeObject, old?: KubeObject) => {
    if (!schema) return [];
    const ownOf = (one: KubeObject) =>
      Object.fromEntries(Object.entries(one).filter(([member]) => !OWN_MEMBERS.has(member)));
    const properties = Object.fromEntries(Object.entries(schema.properties ?? {}).filter(([m]) => !OWN_MEMBERS.has(m)));
    const required = schema.required?.filter((m) => !OWN_MEMBERS.has(m));
    const { metadata } = schema.properties ?? {};
    const { name, generateName } = object.metadata;
    const errors = [
      ...(metadata ? validateValue(metadata, { name, ...(generateName && { generateName }) }, METADATA) : []),
      ...validateValue(
        { ...schema, properties, ...(required ? { required } : {}) },
        ownOf(object),
        ROOT,
        old && ownOf(old),
      ),
    ];
    return [...errors, ...validateRules(schema, asObject(object), old && asObject(old), errors)];
  };
  const validate = (object: KubeObject) => validateUpdate(object);
  const selectable = version.selectableFields ?? [];
  const scale = scaleOf(version);
  return {
    resource,
    generation: true,
    unconditionalUpdate: false,
    storedAs: {
      resource: stored,
      toStored: (object) => inVersion(object, apiVersionOf(stored)),
      fromStored,
    },
    ...(schema ? { defaults: (draft) => applyDefaults(schema, draft) } : {}),
    validate,
    validateUpdate,
    validateStatusUpdate: validateUpdate,
    columns: columnsOf(version.additionalPrinterColumns ?? []),
    ...(selectable.length
      ? {
          selectableFields: Object.fromEntries(
            selectable.map(({ jsonPath }) => [
              jsonPath.replace(/^\./, ''),
              (object: KubeObject) => textAt(object, jsonPath),
            ]),
          ),
        }
      : {}),
    ...(version.deprecated ? { deprecation: version.deprecationWarning ?? deprecationOf(crd, version.name) } : {}),
    ...(scale ? { scale } : {}),
  };
}

/** The served resource that one version of a definition makes. */
export function servedVersion(crd: CustomResourceDefinition, version: CustomResourceDefinitionVersion): Served {
  const { group, scope, names, versions } = crd.spec;
  const storage = versions.find((v) => v.storage)?.name ?? version.name;
  const resourceOf = (v: string): Resource => ({
    group,
    version: v,
    resource: names.plural,
    kind: names.kind,
    namespaced: scope === 'Namespaced',
  });
  const resource = resourceOf(version.name);
  const stored = resourceOf(storage);
  const own = { group: '', version: '', kind: names.kind };
  const subresources = [
    ...(version.subresources?.scale
      ? [
          {
            subresource: 'scale',
            responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
            verbs: PART_VERBS,
          },
        ]
      : []),
    ...(version.subresources?.status ? [{ subresource: 'status', responseKind: own, verbs: PART_VERBS }] : []),
  ];
  const facts: ResourceFacts = {
    resource: names.plural,
    responseKind: { group, version: version.name, kind: names.kind },
    scope,
    singularResource: names.singular ?? names.kind.toLowerCase(),
    verbs: VERBS,
    ...(names.shortNames?.length ? { shortNames: names.shortNames } : {}),
    ...(names.categories?.length ? { categories: names.categories } : {}),
    ...(subresources.length ? { subresources } : {}),
    storedVersion: storage,
  };
  // Upstream's type of the schema and the machinery's are the same JSON.
  const schema = version.schema?.openAPIV3Schema as OpenApiSchema | undefined;
  const type = customType(schema);
  const strategy = new Strategy(
    resource,
    definitionOf(crd, version, resource, stored, type),
    facts,
    { resource: stored },
    true,
  );
  const listKind = names.listKind ?? `${names.kind}List`;
  return { resource, facts, strategy, custom: { listKind, type, ...(schema ? { schema } : {}) } };
}
