import { createHash } from 'node:crypto';
import type { JsonObject } from '../machinery/object.ts';
import { apiVersionOf } from '../machinery/resource.ts';
import { parseAccept } from './negotiation.ts';
import type { GroupVersionFacts, Registry, ResourceFacts } from './registry.ts';

/** Whether a client asks for aggregated discovery (one document for all groups). */
export function wantsAggregated(accept: string | null): boolean {
  return parseAccept(accept ?? '').some(
    (r) =>
      r.type === 'application/json' &&
      r.parameters.get('as') === 'APIGroupDiscoveryList' &&
      r.parameters.get('g') === 'apidiscovery.k8s.io' &&
      r.parameters.get('v') === 'v2',
  );
}

interface Group {
  name: string;
  versions: GroupVersionFacts[];
}

/** Group versions by group; those of the core group stand alone under `/api`. */
function groupsOf(registry: Registry, core: boolean): Group[] {
  const groups = new Map<string, Group>();
  for (const gv of registry.groupVersions()) {
    if ((gv.group === '') !== core) continue;
    const group = groups.get(gv.group) ?? { name: gv.group, versions: [] };
    groups.set(gv.group, group);
    group.versions.push(gv);
  }
  return [...groups.values()];
}

/** Members in upstream's order. */
const kindInOrder = ({ group, version, kind }: ResourceFacts['responseKind']) => ({ group, version, kind });

function aggregatedResource(r: ResourceFacts): JsonObject {
  return {
    resource: r.resource,
    responseKind: kindInOrder(r.responseKind),
    scope: r.scope,
    singularResource: r.singularResource,
    verbs: r.verbs,
    ...(r.shortNames?.length ? { shortNames: r.shortNames } : {}),
    ...(r.categories?.length ? { categories: r.categories } : {}),
    ...(r.subresources?.length
      ? {
          subresources: r.subresources.map(({ subresource, responseKind, verbs }) => ({
            subresource,
            responseKind: kindInOrder(responseKind),
            verbs,
          })),
        }
      : {}),
  };
}

/**
 * `/api` and `/apis` as one document each (apidiscovery.k8s.io/v2). Of `stale` group versions an extension server should
 * tell, and does not answer.
 */
export function aggregated(
  registry: Registry,
  core: boolean,
  stale: readonly { group: string; version: string }[],
): JsonObject {
  const served = groupsOf(registry, core);
  const isStale = (group: string, version: string) => stale.some((s) => s.group === group && s.version === version);
  const unheardOf = core ? [] : stale.filter((s) => !registry.isServedVersion(s.group, s.version));
  for (const { group: name, version } of unheardOf) {
    const group = served.find((g) => g.name === name);
    const facts = { group: name, version, resources: [] };
    if (group) group.versions.push(facts);
    else served.push({ name, versions: [facts] });
  }
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: served.map(({ name, versions }) => ({
      metadata: name ? { name } : {},
      versions: versions.map(({ version, resources }) => ({
        version,
        ...(resources.length ? { resources: resources.map(aggregatedResource) } : {}),
        freshness: isStale(name, version) ? 'Stale' : 'Current',
      })),
    })),
  };
}

const groupVersionOf = ({ group, version }: GroupVersionFacts) => ({
  groupVersion: apiVersionOf({ group, version }),
  version,
});

function apiGroup({ name, versions }: Group): JsonObject {
  const list = versions.map(groupVersionOf);
  return { name, versions: list, preferredVersion: list[0] };
}

/** `/api`: the core group's versions. */
export const apiVersions = (host: string): JsonObject => ({
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: host }],
});

/** `/apis`: all other groups. */
export const apiGroupList = (registry: Registry): JsonObject => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: groupsOf(registry, false).map(apiGroup),
});

/** `/apis/<group>`, or undefined when there is no such group. */
export function apiGroupOf(registry: Registry, name: string): JsonObject | undefined {
  const group = groupsOf(registry, false).find((g) => g.name === name);
  return group && { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group) };
}

/** Names the version in which a kind is stored, as upstream hashes it. */
const storageVersionHash = (group: string, version: string, kind: string) =>
  createHash('sha256')
    .update(`${apiVersionOf({ group, version })}/${kind}`)
    .digest()
    .subarray(0, 8)
    .toString('base64');

function apiResources(gv: GroupVersionFacts, r: ResourceFacts): JsonObject[] {
  const namespaced = r.scope === 'Namespaced';
  const stored = r.verbs.includes('list') && r.verbs.includes('create');
  const main = {
    name: r.resource,
    singularName: r.singularResource,
    namespaced,
    kind: r.responseKind.kind,
    verbs: r.verbs,
    ...(r.shortNames?.length ? { shortNames: r.shortNames } : {}),
    ...(r.categories?.length ? { categories: r.categories } : {}),
    ...(stored
      ? { storageVersionHash: storageVersionHash(gv.group, r.storedVersion ?? gv.version, r.responseKind.kind) }
      : {}),
  };
  const subs = (r.subresources ?? []).map(({ subresource, responseKind: { group, version, kind }, verbs }) => ({
    name: `${r.resource}/${subresource}`,
    singularName: '',
    namespaced,
    ...(group ? { group, version } : {}),
    kind,
    verbs,
  }));
  return [main, ...subs];
}

/** `/api/v1`, `/apis/<group>/<version>`, or undefined when it is not served. */
export function apiResourceList(registry: Registry, group: string, version: string): JsonObject | undefined {
  const gv = registry.groupVersions().find((g) => g.group === group && g.version === version);
  if (!gv) return undefined;
  return {
    kind: 'APIResourceList',
    ...(group ? { apiVersion: 'v1' } : {}),
    groupVersion: apiVersionOf(gv),
    resources: gv.resources
      .flatMap((r) => apiResources(gv, r))
      .sort((a, b) => (String(a['name']) < String(b['name']) ? -1 : 1)),
  };
}

/** All discovery paths, for `/`. */
export function discoveryPaths(registry: Registry): string[] {
  const groups = groupsOf(registry, false).filter((g) => g.name !== 'metrics.k8s.io');
  return [
    '/api',
    '/api/v1',
    '/apis',
    '/apis/',
    ...groups.flatMap(({ name, versions }) => [`/apis/${name}`, ...versions.map((v) => `/apis/${name}/${v.version}`)]),
  ];
}
