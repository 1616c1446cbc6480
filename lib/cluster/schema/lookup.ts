import type { TypeInfo } from '../machinery/type-info.ts';
import type { GroupVersionKind } from '../machinery/resource.ts';
import { builtInType } from './built-in-types.ts';
import { schemaText } from './schema-files.ts';

const key = (gvk: GroupVersionKind) => `${gvk.group}/${gvk.version}/${gvk.kind}`;

let names: Readonly<Record<string, string>> | undefined;

/** The schema's full name of a built-in kind: `io.k8s.api.apps.v1.Deployment`; undefined for one that is not served. */
export function schemaNameOf(gvk: GroupVersionKind): string | undefined {
  names ??= JSON.parse(schemaText('generated/schemas/kinds.json')) as Record<string, string>;
  return names[key(gvk)];
}

/** The type of a built-in kind (lists, reviews and options too); undefined for one that is not served. */
export function builtInKind(gvk: GroupVersionKind): TypeInfo | undefined {
  const name = schemaNameOf(gvk);
  return name === undefined ? undefined : builtInType(name);
}
