import type { KubeObject } from './object.ts';

/** Names one served resource: `{group: 'apps', version: 'v1', resource: 'deployments', kind: 'Deployment', namespaced: true}`. */
export interface Resource<T extends KubeObject = KubeObject> {
  /** '' for the core group. */
  readonly group: string;
  readonly version: string;
  /** Plural, lower case. */
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Never set: carries the object's type, so that `client.get(pods, …)` is a Pod. */
  readonly object?: T;
}

export interface GroupVersionKind {
  group: string;
  version: string;
  kind: string;
}

/** `v1` or `apps/v1`. */
export function apiVersionOf(gv: { group: string; version: string }): string {
  return gv.group ? `${gv.group}/${gv.version}` : gv.version;
}

/** `apps/v1` → `{group: 'apps', version: 'v1'}`; `v1` → the core group. */
export function parseApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** `deployments.apps`, `pods`: how messages and RBAC name a resource (schema.GroupResource's String). */
export function groupResource(r: { group: string; resource: string }): string {
  return r.group ? `${r.resource}.${r.group}` : r.resource;
}

/** `Deployment.apps`, `Pod` (schema.GroupKind's String). */
export function groupKind(r: { group: string; kind: string }): string {
  return r.group ? `${r.kind}.${r.group}` : r.kind;
}
