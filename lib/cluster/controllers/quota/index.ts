import { startReconciler } from '../../client/reconciler.ts';
import type { Informer } from '../../client/informer.ts';
import { deepEqual } from '../../../kit/deep.ts';
import { objectKey, splitKey, type KubeObject } from '../../machinery/object.ts';
import { canonicalQuantity } from '../../machinery/quantity.ts';
import { groupResource, type Resource } from '../../machinery/resource.ts';
import { addQuantities } from '../../model/pod-resources.ts';
import { quotaCovers, quotaUsage } from '../../model/quota-usage.ts';
import { pods, resourcequotas } from '../../schema/generated/resources.ts';
import type { Pod, ResourceQuota } from '../../schema/generated/types.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { Discovery } from '../shared/discovery.ts';

/** Counts what namespaces use of their quotas (upstream: pkg/controller/resourcequota). */
export const resourceQuota: Controller = {
  name: 'resourcequota-controller',
  serviceAccount: 'resourcequota-controller',
  start: startQuotas,
};

/** Resources that quotas name without `count/`. */
const WELL_KNOWN = new Set([
  'pods',
  'services',
  'persistentvolumeclaims',
  'configmaps',
  'secrets',
  'replicationcontrollers',
  'resourcequotas',
]);

function startQuotas(context: ControllerContext) {
  const { client, informers } = context;
  const quotas = informers.informer(resourcequotas);
  const discovery = new Discovery(informers);
  const followed = new Map<string, Informer<KubeObject>>();
  const reconciler = startReconciler({ ...context, informers: [quotas, discovery.definitions], reconcile });
  const { queue } = reconciler;
  const enqueueIn = ({ metadata: { namespace = '' } }: KubeObject) => {
    for (const quota of quotas.list(namespace)) queue.add(objectKey(quota));
  };
  reconciler.own(
    quotas.onEvent({
      add: (q) => queue.add(objectKey(q)),
      update: (q, old) => {
        if (!deepEqual(q.spec, old.spec)) queue.add(objectKey(q));
      },
    }),
  );

  /** Objects of a resource, watched from the first time that a quota asks. What is created is booked by admission. */
  function follow(resource: Resource): Informer<KubeObject> {
    const key = groupResource(resource);
    const known = followed.get(key);
    if (known) return known;
    const informer = informers.informer(resource);
    followed.set(key, informer);
    const ended = (object: KubeObject) => ['Succeeded', 'Failed'].includes((object as Pod).status?.phase ?? '');
    reconciler.own(
      informer.onEvent({
        delete: enqueueIn,
        ...(key === groupResource(pods)
          ? { update: (pod: KubeObject, old: KubeObject) => void (ended(pod) && !ended(old) && enqueueIn(pod)) }
          : {}),
      }),
    );
    return informer;
  }

  async function reconcile(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const quota = quotas.get(namespace, name);
    if (!quota) return;
    const hard = normalized(quota.spec?.hard ?? {});
    const counted = discovery.resources().filter((r) => r.namespaced && concerns(r, Object.keys(hard)));
    const used: Record<string, string> = Object.fromEntries(Object.keys(hard).map((n) => [n, '0']));
    for (const resource of counted) {
      const informer = follow(resource);
      await informer.whenSynced();
      for (const object of informer.list(namespace)) add(used, quota, resource, object);
    }
    const status = { hard, used };
    if (!deepEqual(quota.status ?? {}, status)) await client.updateStatus(resourcequotas, { ...quota, status });
  }

  return reconciler;
}

const normalized = (amounts: Record<string, string>) =>
  Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, canonicalQuantity(amount)]));

function concerns(resource: Resource, names: readonly string[]): boolean {
  return (
    (resource.group === '' && WELL_KNOWN.has(resource.resource)) || names.includes(`count/${groupResource(resource)}`)
  );
}

function add(
  used: Record<string, string>,
  quota: ResourceQuota,
  { group, resource }: Resource,
  object: KubeObject,
): void {
  if (!quotaCovers(quota, { group, resource, object })) return;
  for (const [name, amount] of Object.entries(quotaUsage({ group, resource, object }))) {
    const sum = used[name];
    if (sum !== undefined) used[name] = addQuantities(sum === '0' ? undefined : sum, amount);
  }
}
