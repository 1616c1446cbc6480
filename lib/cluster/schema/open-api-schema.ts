/** The part of an OpenAPI v3 schema that Kubernetes uses, as the facts and CRDs hold it. */
export interface OpenApiSchema {
  type?: string;
  format?: string;
  description?: string;
  properties?: Record<string, OpenApiSchema>;
  required?: readonly string[];
  enum?: readonly unknown[];
  items?: OpenApiSchema;
  additionalProperties?: OpenApiSchema | boolean;
  allOf?: readonly OpenApiSchema[];
  $ref?: string;
  default?: unknown;
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: readonly string[];
  'x-kubernetes-map-type'?: string;
  'x-kubernetes-patch-strategy'?: string;
  'x-kubernetes-patch-merge-key'?: string;
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-embedded-resource'?: boolean;
  'x-kubernetes-group-version-kind'?: readonly { group: string; version: string; kind: string }[];
  /** Names, order and presence of the fields in upstream's type; see built-in-types.ts. */
  'x-go'?: string;
  [keyword: string]: unknown;
}

/** The schema's name in `{allOf: [{$ref}]}` or `{$ref}`, if it is a reference. */
export function referenceOf(schema: OpenApiSchema): string | undefined {
  const ref = schema.$ref ?? schema.allOf?.[0]?.$ref;
  return ref?.slice(ref.lastIndexOf('/') + 1);
}
