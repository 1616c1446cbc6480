import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { kinds } from '../../lib/cluster/kinds/index.ts';
import type { JsonObject, KubeObject } from '../../lib/cluster/machinery/object.ts';
import { parseApiVersion, type Resource } from '../../lib/cluster/machinery/resource.ts';
import { projectPath } from '../../lib/kit/project-file.ts';

/** A valid object, and where it is written. */
export interface Sample {
  resource: Resource;
  object: JsonObject & KubeObject;
}

const TABLES = projectPath('lib/cluster/kinds');

/** The smallest objects of the tables that stand beside the kinds, each after those that it needs. */
function ofTables(): JsonObject[] {
  return readdirSync(TABLES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.cases.yaml'))
    .sort()
    .flatMap((name) => {
      const table = parse(readFileSync(join(TABLES, name), 'utf8')) as { object: JsonObject; exist?: JsonObject[] };
      return [...(table.exist ?? []), table.object];
    });
}

const MANIFESTS = projectPath('tests/api/samples.yaml');

const written = () => parseAllDocuments(readFileSync(MANIFESTS, 'utf8')).map((d) => d.toJS() as JsonObject);

/** Valid objects of many kinds, each in the namespace `default` where it is in one, and of one place but once. */
export function samples(): Sample[] {
  const found = [...written(), ...ofTables()].flatMap((object): Sample[] => {
    const { group, version } = parseApiVersion(String(object['apiVersion']));
    const resource = kinds
      .map((k) => k.resource)
      .find((r) => r.kind === object['kind'] && r.group === group && r.version === version);
    return resource ? [{ resource, object: object as Sample['object'] }] : [];
  });
  return [...new Map(found.map((s) => [pathOf(s.resource, s.object.metadata.name), s])).values()];
}

/** Where objects of a resource are, and one of them. */
export function pathOf({ group, version, resource, namespaced }: Resource, name = '', namespace = 'default'): string {
  const root = group ? `/apis/${group}/${version}` : `/api/${version}`;
  return `${root}${namespaced ? `/namespaces/${namespace}` : ''}/${resource}${name ? `/${name}` : ''}`;
}
