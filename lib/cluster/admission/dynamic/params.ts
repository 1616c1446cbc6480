import { formatSelector } from '../../machinery/selector.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import type { KubeObject } from '../../machinery/object.ts';
import { parseApiVersion, type Resource } from '../../machinery/resource.ts';
import { customresourcedefinitions } from '../../schema/generated/resources.ts';
import * as resources from '../../schema/generated/resources.ts';
import type { ParamKind, ParamRef } from '../../schema/generated/types.ts';
import type { AdmissionContext } from '../plugin.ts';

const NOT_FOUND = 'no params found for policy binding with `Deny` parameterNotFoundAction';

async function resourceOf({ apiVersion = '', kind = '' }: ParamKind, { client }: AdmissionContext) {
  const { group, version } = parseApiVersion(apiVersion);
  const all: readonly Resource[] = Object.values(resources);
  const builtIn = all.find((r) => r.kind === kind && r.group === group && r.version === version);
  if (builtIn) return builtIn;
  const { items } = await client.list(customresourcedefinitions);
  const crd = items.find(({ spec }) => spec.group === group && spec.names.kind === kind);
  if (!crd?.spec.versions.some((v) => v.name === version && v.served)) return undefined;
  const { scope, names } = crd.spec;
  return { group, version, kind, resource: names.plural, namespaced: scope === 'Namespaced' };
}

async function find(
  resource: Resource,
  { name, selector, namespace: own }: ParamRef,
  namespace: string,
  { client }: AdmissionContext,
): Promise<KubeObject[]> {
  const place = resource.namespaced ? own || namespace : '';
  if (name) {
    try {
      return [await client.get(resource, place, name)];
    } catch (err) {
      if (isNotFound(err)) return [];
      throw err;
    }
  }
  const labelSelector = formatSelector(selector ?? {});
  const list = await client.list(resource, {
    ...(place && { namespace: place }),
    ...(labelSelector && { labelSelector }),
  });
  return [...list.items];
}

/**
 * The objects that a binding gives to its policy: the policy is evaluated for each; `[undefined]` when it takes none.
 */
export async function paramsOf(
  kind: ParamKind | undefined,
  ref: ParamRef | undefined,
  namespace: string,
  context: AdmissionContext,
): Promise<{ params: readonly (KubeObject | undefined)[] } | { error: string }> {
  if (!kind || !ref) return { params: [undefined] };
  const resource = await resourceOf(kind, context);
  if (!resource)
    return { error: `failed to find resource referenced by paramKind: '${kind.apiVersion}, Kind=${kind.kind}'` };
  if (resource.namespaced && !ref.namespace && !namespace)
    return { error: 'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources' };
  if (!resource.namespaced && ref.namespace)
    return { error: 'paramRef.namespace must not be provided for a cluster-scoped `paramKind`' };
  const params = await find(resource, ref, namespace, context);
  return !params.length && ref.parameterNotFoundAction === 'Deny' ? { error: NOT_FOUND } : { params };
}
