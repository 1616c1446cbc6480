import { NO_FIELDS, type FieldInfo, type ScalarKind, type TypeInfo } from '../machinery/type-info.ts';
import { referenceOf, type OpenApiSchema } from './open-api-schema.ts';
import { hasSchemaFile, schemaText } from './schema-files.ts';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.';
const EXTENSIONS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.';

/** Types whose JSON form is not what their schema says, or that have none. */
const SPECIAL: Readonly<Record<string, { kind: ScalarKind; atomic?: boolean; goType: string; element?: string }>> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': { kind: 'quantity', goType: 'resource.Quantity' },
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': { kind: 'int-or-string', goType: 'intstr.IntOrString' },
  'io.k8s.apimachinery.pkg.runtime.RawExtension': { kind: 'raw', goType: 'runtime.RawExtension' },
  [`${META}Time`]: { kind: 'time', goType: 'v1.Time' },
  [`${META}MicroTime`]: { kind: 'microtime', goType: 'v1.MicroTime' },
  [`${META}Duration`]: { kind: 'duration', goType: 'v1.Duration' },
  [`${META}FieldsV1`]: { kind: 'raw', goType: 'v1.FieldsV1' },
  [`${META}Patch`]: { kind: 'raw', goType: 'v1.Patch' },
  [`${EXTENSIONS}JSON`]: { kind: 'raw', atomic: true, goType: 'v1.JSON' },
  [`${EXTENSIONS}JSONSchemaPropsOrArray`]: {
    kind: 'raw',
    atomic: true,
    goType: 'v1.JSONSchemaPropsOrArray',
    element: `${EXTENSIONS}JSONSchemaProps`,
  },
  [`${EXTENSIONS}JSONSchemaPropsOrBool`]: {
    kind: 'raw',
    atomic: true,
    goType: 'v1.JSONSchemaPropsOrBool',
    element: `${EXTENSIONS}JSONSchemaProps`,
  },
  [`${EXTENSIONS}JSONSchemaPropsOrStringArray`]: {
    kind: 'raw',
    atomic: true,
    goType: 'v1.JSONSchemaPropsOrStringArray',
    element: `${EXTENSIONS}JSONSchemaProps`,
  },
};

/** A schema's package is all of its name but the last part; one generated file holds those of a package. */
const packageOf = (name: string) => name.slice(0, name.lastIndexOf('.'));

const packages = new Map<string, Readonly<Record<string, OpenApiSchema>>>();

/** The schema of a built-in type, from the generated file of its package, which is read when first asked for. */
export function builtInSchema(name: string): OpenApiSchema | undefined {
  const pkg = packageOf(name);
  let schemas = packages.get(pkg);
  if (!schemas) {
    const file = `generated/schemas/${pkg}.json`;
    schemas = hasSchemaFile(file) ? (JSON.parse(schemaText(file)) as Record<string, OpenApiSchema>) : {};
    packages.set(pkg, schemas);
  }
  return schemas[name];
}

const scalar = (kind: ScalarKind, goType: string, atomic = false): TypeInfo => ({
  kind,
  goType,
  fields: NO_FIELDS,
  listType: 'atomic',
  listKeys: [],
  atomic,
  keepsUnknown: kind === 'raw',
  custom: false,
});

function scalarKind(schema: OpenApiSchema): ScalarKind {
  switch (schema.type) {
    case 'integer':
      return schema.format === 'int64' || !schema.format ? 'int64' : 'int32';
    case 'number':
      return 'double';
    case 'boolean':
      return 'bool';
    case 'string':
      return schema.format === 'byte' ? 'bytes' : 'string';
    default:
      return 'raw';
  }
}

const GO_SCALARS: Partial<Record<ScalarKind, string>> = { double: 'float64', bytes: '[]uint8' };

/** `[]v1.Protocol` → `v1.Protocol`, `map[string]v1.X` → `v1.X`. */
const elementGoType = (goType: string | undefined) => goType && /^(?:\[\]|map\[[^\]]*\])(.*)$/.exec(goType)?.[1];

/** `io.k8s.api.core.v1.PodSpec` → `v1.PodSpec`. */
const goNameOf = (name: string) => name.split('.').slice(-2).join('.');

const named = new Map<string, TypeInfo>();

/** The type of a built-in schema, by its full name: `io.k8s.api.core.v1.Pod`. Made once, its fields when first looked at. */
export function builtInType(name: string): TypeInfo | undefined {
  const known = named.get(name);
  if (known) return known;
  const special = SPECIAL[name];
  const schema = special ? undefined : builtInSchema(name);
  if (!special && !schema) return undefined;
  const type = special ? specialType(special) : schema && namedType(name, schema);
  if (type) named.set(name, type);
  return type;
}

function specialType({ kind, goType, atomic, element }: (typeof SPECIAL)[string]): TypeInfo {
  const type = scalar(kind, goType, atomic);
  if (element === undefined) return type;
  return {
    ...type,
    get element() {
      return builtInType(element);
    },
  };
}

function namedType(name: string, schema: OpenApiSchema): TypeInfo {
  if (!schema.properties && !schema['x-go'])
    return { ...scalar('raw', goNameOf(name)), kind: 'struct', keepsUnknown: false };
  let fields: ReadonlyMap<string, FieldInfo> | undefined;
  return {
    kind: 'struct',
    goType: goNameOf(name),
    get fields() {
      return (fields ??= structFields(name, schema));
    },
    listType: 'atomic',
    listKeys: [],
    atomic: schema['x-kubernetes-map-type'] === 'atomic',
    keepsUnknown: false,
    custom: false,
  };
}

/** The same type where one field of it is atomic; its fields stay lazy. */
function asAtomic(type: TypeInfo): TypeInfo {
  const { kind, goType, listType, listKeys, keepsUnknown, custom } = type;
  return {
    kind,
    goType,
    get fields() {
      return type.fields;
    },
    listType,
    listKeys,
    atomic: true,
    keepsUnknown,
    custom,
  };
}

/** The type of a property or of the elements of one. */
function typeOf(schema: OpenApiSchema, goType?: string): TypeInfo {
  const ref = referenceOf(schema);
  if (ref) {
    const type = builtInType(ref) ?? scalar('raw', goNameOf(ref));
    const atomic = schema['x-kubernetes-map-type'] === 'atomic';
    return atomic && !type.atomic ? asAtomic(type) : type;
  }
  if (schema.type === 'array' && schema.items) {
    const element = typeOf(schema.items, elementGoType(goType));
    const listType = schema['x-kubernetes-list-type'];
    return {
      ...scalar('raw', goType ?? `[]${element.goType}`),
      kind: 'list',
      element,
      listType: listType === 'set' || listType === 'map' ? listType : 'atomic',
      listKeys: schema['x-kubernetes-list-map-keys'] ?? [],
      keepsUnknown: false,
    };
  }
  if (typeof schema.additionalProperties === 'object') {
    const element = typeOf(schema.additionalProperties, elementGoType(goType));
    const atomic = schema['x-kubernetes-map-type'] === 'atomic';
    return {
      ...scalar('raw', goType ?? `map[string]${element.goType}`, atomic),
      kind: 'map',
      element,
      keepsUnknown: false,
    };
  }
  const kind = scalarKind(schema);
  return scalar(kind, goType ?? GO_SCALARS[kind] ?? kind);
}

/**
 * Reads a type's `x-go`: its fields in upstream's order, each with what the schema does not tell.
 *
 *     "name! restartPolicy*:v1.ContainerRestartPolicy @ProbeHandler creationTimestamp0"
 *
 * `*` is optional (a pointer), `!` always on the wire, `0` left out when zero although it is a struct, `:T` a Go type that
 * the schema's does not imply, `@T` an embedded struct. A struct that is neither optional nor marked 0 is always there.
 */
function structFields(name: string, schema: OpenApiSchema): ReadonlyMap<string, FieldInfo> {
  const fields = new Map<string, FieldInfo>();
  const required = new Set(schema.required);
  const properties = schema.properties ?? {};
  const add = (owner: string, tokens: string, prefix: string) => {
    for (const token of tokens.split(' ')) {
      if (token.startsWith('@')) {
        const embedded = token.includes('.') ? token.slice(1) : `${packageOf(owner)}.${token.slice(1)}`;
        add(
          embedded,
          builtInSchema(embedded)?.['x-go'] ?? '',
          `${prefix}${embedded.slice(embedded.lastIndexOf('.') + 1)}.`,
        );
        continue;
      }
      const m = /^([^*!:]+?)(\*?)(!?)(0?)(?::(.+))?$/.exec(token);
      const field = m?.[1];
      const property = field === undefined ? undefined : properties[field];
      if (!m || field === undefined || !property) continue;
      const type = typeOf(property, m[5]);
      const optional = m[2] === '*';
      fields.set(field, {
        name: field,
        type,
        required: required.has(field),
        ...(property.default !== undefined ? { default: property.default } : {}),
        patchStrategy: property['x-kubernetes-patch-strategy']?.split(',') ?? [],
        ...(property['x-kubernetes-patch-merge-key']
          ? { patchMergeKey: property['x-kubernetes-patch-merge-key'] }
          : {}),
        goPath: prefix + field,
        optional,
        always: m[3] === '!' || (!optional && m[4] !== '0' && isStructInGo(type)),
      });
    }
  };
  add(name, schema['x-go'] ?? '', '');
  for (const [field, property] of Object.entries(properties)) {
    if (fields.has(field)) continue;
    const type = typeOf(property);
    fields.set(field, {
      name: field,
      type,
      required: required.has(field),
      patchStrategy: [],
      goPath: field,
      optional: true,
      always: false,
    });
  }
  return fields;
}

/** Go's omitempty never leaves out a struct, which times and quantities are too. */
const STRUCTS_IN_GO: ReadonlySet<TypeInfo['kind']> = new Set([
  'struct',
  'time',
  'microtime',
  'duration',
  'quantity',
  'int-or-string',
  'raw',
]);
const isStructInGo = (type: TypeInfo) => STRUCTS_IN_GO.has(type.kind);
