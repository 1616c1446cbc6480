import { sharedDescriptions } from '../descriptions.ts';
import type { OpenApiSchema } from '../open-api-schema.ts';

/** A custom kind in one of its versions. */
export interface CustomKindFacts {
  group: string;
  version: string;
  kind: string;
  listKind: string;
  /** The resource: `ferries`. */
  plural: string;
  namespaced: boolean;
  /** The version's openAPIV3Schema. */
  schema?: OpenApiSchema;
  /** Whether it has the status and the scale subresource. */
  status: boolean;
  scale: boolean;
}

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.';
const CONVENTIONS = 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md';

/** `harbour.example.org` → `org.example.harbour`, as upstream names the schemas of a group. */
export const schemaName = ({ group, version }: CustomKindFacts, kind: string) =>
  `${group.split('.').toReversed().join('.')}.${version}.${kind}`;

/** Descriptions of the members that every object and list has, which upstream gives custom kinds too. */
function standard(field: 'apiVersion' | 'kind', of: OpenApiSchema | undefined): OpenApiSchema {
  const text = sharedDescriptions()[`${META}Status`]?.[field];
  return { ...of, ...(text ? { description: text } : {}), type: 'string' };
}

const OBJECT_METADATA = 'io.k8s.api.core.v1.ConfigMap';

/** An object's or a list's metadata. */
const metadata = (of: string, described: string): OpenApiSchema => {
  const description = sharedDescriptions()[described]?.['metadata'];
  return { ...(description ? { description } : {}), allOf: [{ $ref: `#/components/schemas/${META}${of}` }] };
};

/** Gives every object within one the members that say what it is. */
function withEmbedded(schema: OpenApiSchema): OpenApiSchema {
  const { properties, items, additionalProperties, required = [] } = schema;
  const inner: OpenApiSchema = {
    ...schema,
    ...(properties
      ? { properties: Object.fromEntries(Object.entries(properties).map(([name, p]) => [name, withEmbedded(p)])) }
      : {}),
    ...(items ? { items: withEmbedded(items) } : {}),
    ...(typeof additionalProperties === 'object' ? { additionalProperties: withEmbedded(additionalProperties) } : {}),
  };
  if (schema['x-kubernetes-embedded-resource'] !== true) return inner;
  const say = (text: string, anchor: string): OpenApiSchema => ({
    type: 'string',
    description: `${text} More info: ${CONVENTIONS}#${anchor}`,
  });
  return {
    ...inner,
    required: [...new Set([...required, 'kind', 'apiVersion'])],
    properties: {
      ...inner.properties,
      apiVersion: say('apiVersion defines the versioned schema of this representation of an object.', 'resources'),
      kind: say('kind is a string value representing the type of this object. In CamelCase.', 'types-kinds'),
      metadata: metadata('ObjectMeta', OBJECT_METADATA),
    },
  };
}

export function objectSchema(facts: CustomKindFacts): OpenApiSchema {
  const { group, version, kind, schema } = facts;
  return {
    ...schema,
    type: 'object',
    properties: {
      ...withEmbedded({ properties: schema?.properties ?? {} }).properties,
      apiVersion: standard('apiVersion', schema?.properties?.['apiVersion']),
      kind: standard('kind', schema?.properties?.['kind']),
      metadata: metadata('ObjectMeta', OBJECT_METADATA),
    },
    'x-kubernetes-group-version-kind': [{ group, version, kind }],
  };
}

export function listSchema(facts: CustomKindFacts): OpenApiSchema {
  const { group, version, kind, listKind, plural } = facts;
  return {
    description: `${listKind} is a list of ${kind}`,
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: standard('apiVersion', undefined),
      items: {
        description: `List of ${plural}. More info: ${CONVENTIONS}`,
        type: 'array',
        items: { $ref: `#/components/schemas/${schemaName(facts, kind)}` },
      },
      kind: standard('kind', undefined),
      metadata: metadata('ListMeta', `${META}Status`),
    },
    'x-kubernetes-group-version-kind': [{ group, version, kind: listKind }],
  };
}

/** Whether anything may stand at its root, which v2 cannot say but by saying nothing. */
export const isOpen = ({ schema }: CustomKindFacts) =>
  !schema || schema['x-kubernetes-preserve-unknown-fields'] === true;

/**
 * A schema without what clients of v2 would take wrongly: no type and members of what may be null or have others, none of
 * the ways to combine schemas.
 */
export function forV2(schema: OpenApiSchema): OpenApiSchema {
  const { nullable, anyOf: _, oneOf: __, not: ___, allOf, properties, items, additionalProperties, ...rest } = schema;
  const reference = allOf?.some((s) => s.$ref !== undefined) ? { allOf } : {};
  if (nullable === true || schema['x-kubernetes-preserve-unknown-fields'] === true) {
    const { type: ____, ...untyped } = rest;
    return { ...untyped, ...reference };
  }
  return {
    ...rest,
    ...reference,
    ...(properties
      ? { properties: Object.fromEntries(Object.entries(properties).map(([name, s]) => [name, forV2(s)])) }
      : {}),
    ...(items ? { items: forV2(items) } : {}),
    ...(typeof additionalProperties === 'object'
      ? { additionalProperties: forV2(additionalProperties) }
      : additionalProperties === undefined
        ? {}
        : { additionalProperties }),
  };
}
