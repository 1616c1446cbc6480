import { NO_FIELDS, type FieldInfo, type TypeInfo } from '../machinery/type-info.ts';
import { builtInType } from './built-in-types.ts';
import type { OpenApiSchema } from './open-api-schema.ts';

/** The type that all of an object's schema shares until it says otherwise. */
const BASE: TypeInfo = {
  kind: 'raw',
  goType: 'interface {}',
  fields: NO_FIELDS,
  listType: 'atomic',
  listKeys: [],
  atomic: false,
  keepsUnknown: true,
  custom: true,
};

const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const STRING: TypeInfo = { ...BASE, kind: 'string', goType: 'string', custom: false };

function fieldOf(name: string, type: TypeInfo, required: boolean, schema?: OpenApiSchema): FieldInfo {
  return {
    name,
    type,
    required,
    ...(schema?.default !== undefined ? { default: schema.default } : {}),
    patchStrategy: [],
    goPath: name,
    optional: true,
    always: false,
  };
}

/** Members of every object: apiVersion, kind and metadata, which are built in. */
function objectFields(): FieldInfo[] {
  return [
    fieldOf('apiVersion', STRING, false),
    fieldOf('kind', STRING, false),
    fieldOf('metadata', builtInType(OBJECT_META) ?? BASE, false),
  ];
}

function structOf(schema: OpenApiSchema, isObject: boolean): TypeInfo {
  let fields: ReadonlyMap<string, FieldInfo> | undefined;
  const required = new Set(schema.required);
  return {
    ...BASE,
    kind: 'struct',
    get fields() {
      const own = isObject ? objectFields() : [];
      const builtIn = new Set(own.map((f) => f.name));
      for (const [name, property] of Object.entries(schema.properties ?? {})) {
        if (!builtIn.has(name)) own.push(fieldOf(name, typeOf(property), required.has(name), property));
      }
      return (fields ??= new Map(own.map((f) => [f.name, f])));
    },
    atomic: schema['x-kubernetes-map-type'] === 'atomic',
    keepsUnknown: schema['x-kubernetes-preserve-unknown-fields'] === true,
  };
}

function typeOf(schema: OpenApiSchema): TypeInfo {
  if (schema['x-kubernetes-int-or-string']) return { ...BASE, kind: 'int-or-string' };
  if (schema['x-kubernetes-embedded-resource']) return structOf(schema, true);
  switch (schema.type) {
    case 'object': {
      if (schema.properties) return structOf(schema, false);
      const values = schema.additionalProperties;
      const atomic = schema['x-kubernetes-map-type'] === 'atomic';
      if (typeof values === 'object') return { ...BASE, kind: 'map', element: typeOf(values), atomic };
      if (values === true || schema['x-kubernetes-preserve-unknown-fields']) return { ...BASE, atomic };
      return structOf(schema, false);
    }
    case 'array': {
      const listType = schema['x-kubernetes-list-type'];
      return {
        ...BASE,
        kind: 'list',
        element: typeOf(schema.items ?? {}),
        listType: listType === 'set' || listType === 'map' ? listType : 'atomic',
        listKeys: schema['x-kubernetes-list-map-keys'] ?? [],
      };
    }
    case 'integer':
      return { ...BASE, kind: 'int64' };
    case 'number':
      return { ...BASE, kind: 'double' };
    case 'boolean':
      return { ...BASE, kind: 'bool' };
    case 'string':
      return { ...BASE, kind: 'string' };
    default:
      return BASE;
  }
}

/** The type of a custom resource, from its version's `openAPIV3Schema`; all that it holds is kept where it has none. */
export function customType(schema: OpenApiSchema | undefined): TypeInfo {
  const type = structOf(schema ?? {}, true);
  return schema ? type : { ...type, fields: type.fields, keepsUnknown: true };
}
