import type { Client } from './client/client.ts';
import { parseApiVersion } from './machinery/resource.ts';
import type { Resource } from './machinery/resource.ts';
import * as builtIn from './schema/generated/resources.ts';

const byKind = new Map(Object.values<Resource>(builtIn).map((r) => [`${r.group}/${r.version}/${r.kind}`, r]));

/**
 * The resource that holds objects of a kind: `('apps/v1', 'Deployment')` → deployments. Asks the cluster for kinds that are
 * not built in; undefined when it does not serve the kind.
 */
export async function resourceOfKind(client: Client, apiVersion: string, kind: string): Promise<Resource | undefined> {
  const { group, version } = parseApiVersion(apiVersion);
  const known = byKind.get(`${group}/${version}/${kind}`);
  if (known) return known;
  const { items } = await client.list(builtIn.customresourcedefinitions);
  const spec = items.map((crd) => crd.spec).find((s) => s.group === group && s.names.kind === kind);
  if (!spec?.versions.some((v) => v.name === version && v.served)) return undefined;
  return { group, version, resource: spec.names.plural, kind, namespaced: spec.scope === 'Namespaced' };
}
