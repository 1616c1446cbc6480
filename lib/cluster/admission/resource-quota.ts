import { deepClone } from '../../kit/deep.ts';
import type { KubeObject } from '../machinery/object.ts';
import { formatQuantity, parseQuantity, quantityNanos, type Quantity } from '../machinery/quantity.ts';
import { isConflict } from '../machinery/status-error.ts';
import { addQuantities, type ResourceMap } from '../model/pod-resources.ts';
import { quotaCovers, quotaOmissions, quotaUsage } from '../model/quota-usage.ts';
import { resourcequotas } from '../schema/generated/resources.ts';
import type { Pod, ResourceQuota } from '../schema/generated/types.ts';
import { refuse, type AdmissionContext, type AdmissionPlugin, type AdmissionRequest } from './plugin.ts';

/** Two writers meet at a quota's status; upstream tries this often, too. */
const TRIES = 3;
/** Resources whose use may grow with an update. */
const GROWING = new Set(['services', 'persistentvolumeclaims']);

const zero: Quantity = { nanos: 0n, format: 'decimal' };

/** What `object` adds beyond what `old` used already; only what grows. */
function growth(request: AdmissionRequest, object: KubeObject, old: KubeObject | undefined): ResourceMap {
  const { group, resource } = request.resource;
  const after = quotaUsage({ group, resource, object });
  if (!old) return after;
  const before = quotaUsage({ group, resource, object: old });
  const grown: ResourceMap = {};
  for (const [name, amount] of Object.entries(after)) {
    const { nanos, format } = parseQuantity(amount) ?? zero;
    const more = nanos - quantityNanos(before[name]);
    if (more > 0n) grown[name] = formatQuantity({ nanos: more, format });
  }
  return grown;
}

const show = (names: readonly string[], amounts: ResourceMap | undefined) =>
  names.map((n) => `${n}=${amounts?.[n] ?? '0'}`).join(',');

/** Throws when the quota has no room for what is asked; otherwise the use that it will have. */
function charge(request: AdmissionRequest, quota: ResourceQuota, asked: ResourceMap): ResourceMap {
  const hard = quota.status?.hard ?? {};
  const used = quota.status?.used ?? {};
  const names = Object.keys(asked)
    .filter((n) => hard[n] !== undefined)
    .sort();
  const after = Object.fromEntries(names.map((n) => [n, addQuantities(used[n], asked[n])]));
  const over = names.filter((n) => quantityNanos(asked[n]) > 0n && quantityNanos(after[n]) > quantityNanos(hard[n]));
  if (over.length) {
    throw refuse(
      request,
      `exceeded quota: ${quota.metadata.name}, requested: ${show(over, asked)}, used: ${show(over, used)}, limited: ${show(over, hard)}`,
    );
  }
  return { ...used, ...after };
}

async function book(request: AdmissionRequest, object: KubeObject, { client }: AdmissionContext): Promise<void> {
  const { group, resource } = request.resource;
  const { items } = await client.list(resourcequotas, { namespace: request.namespace });
  const asked = growth(request, object, request.operation === 'UPDATE' ? request.oldObject : undefined);
  const covering = items
    .filter((q) => quotaCovers(q, { group, resource, object }))
    .filter((q) => Object.keys(asked).some((n) => q.status?.hard?.[n] !== undefined));
  if (request.operation === 'CREATE' && group === '' && resource === 'pods') {
    for (const quota of covering) {
      const silent = quotaOmissions(quota, object as Pod);
      if (silent) throw refuse(request, `failed quota: ${quota.metadata.name}: must specify ${silent}`);
    }
  }
  const charged = covering.map((quota) => ({ quota, used: charge(request, quota, asked) }));
  if (request.dryRun) return;
  for (const { quota, used } of charged) {
    const draft = deepClone(quota);
    draft.status = { ...draft.status, used };
    await client.updateStatus(resourcequotas, draft);
  }
}

/** Refuses what would exceed a ResourceQuota of the namespace, and books what does not. The last of all plugins. */
export const resourceQuota: AdmissionPlugin = {
  name: 'ResourceQuota',
  enabledByDefault: true,
  async validate(request, context) {
    const { operation, subresource, namespace, object, resource } = request;
    const counts =
      operation === 'CREATE' || (operation === 'UPDATE' && GROWING.has(resource.resource) && resource.group === '');
    if (!namespace || subresource || !object || !counts) return;
    for (let left = TRIES; ; left--) {
      try {
        await book(request, object, context);
        return;
      } catch (err) {
        if (!isConflict(err) || left === 1) throw err;
      }
    }
  },
};
