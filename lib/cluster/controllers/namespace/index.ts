import { startReconciler } from '../../client/reconciler.ts';
import { formatTime, type KubeObject } from '../../machinery/object.ts';
import type { Resource } from '../../machinery/resource.ts';
import { isConflict, isNotFound, statusOf } from '../../machinery/status-error.ts';
import { apiservices, namespaces, pods } from '../../schema/generated/resources.ts';
import type { Namespace } from '../../schema/generated/types.ts';
import { deepEqual } from '../../../kit/deep.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { withCondition } from '../shared/conditions.ts';
import { Discovery } from '../shared/discovery.ts';
import { messageOf } from '../shared/pod-control.ts';
import { conditionsOf, isEmpty, type Remains } from './remains.ts';

/** Empties namespaces that are being deleted, and lets them go (upstream: pkg/controller/namespace). */
export const namespace: Controller = {
  name: 'namespace-controller',
  serviceAccount: 'namespace-controller',
  start: startNamespaceController,
};

const isPods = ({ group, resource }: Resource) => group === pods.group && resource === pods.resource;

/** How long before what has not gone is looked at again. */
const RETRY = 5_000;

function startNamespaceController(context: ControllerContext) {
  const { client, informers, clock } = context;
  const spaces = informers.informer(namespaces);
  const extensions = informers.informer(apiservices);
  const discovery = new Discovery(informers);
  const reconciler = startReconciler({ ...context, informers: [spaces, extensions, discovery.definitions], reconcile });
  const enqueue = ({ metadata }: Namespace) => {
    if (metadata.deletionTimestamp) reconciler.queue.add(metadata.name);
  };
  const podGone = ({ metadata }: KubeObject) => {
    const space = spaces.get('', metadata.namespace ?? '');
    if (space) enqueue(space);
  };
  reconciler.own(
    spaces.onEvent({ add: enqueue, update: enqueue }),
    informers.informer(pods).onEvent({ delete: podGone }),
  );

  async function reconcile(name: string): Promise<void> {
    const space = spaces.get('', name);
    if (!space?.metadata.deletionTimestamp || !space.spec?.finalizers?.length) return;
    const remains = await empty(name);
    await writeConditions(space, remains);
    if (isEmpty(remains)) await finalize(name);
    else reconciler.queue.addAfter(name, RETRY);
  }

  /** Group versions that extension servers should serve, and do not answer for: what they hold cannot be deleted. */
  function unheard(): string[] {
    const absent = extensions.list().filter(({ spec, status }) => {
      const available = status?.conditions?.find((c) => c.type === 'Available')?.status;
      return spec?.service !== undefined && available !== 'True';
    });
    return absent.map(({ spec }) => `${spec?.group ?? ''}/${spec?.version ?? ''}`).sort();
  }

  /** Deletes what is in a namespace, and says what is left. While there are pods, what they may need stays. */
  async function empty(name: string): Promise<Remains> {
    const remains: Remains = { counts: new Map(), finalizers: new Map(), failures: [], unheard: unheard() };
    const resources = discovery.resources().filter((r) => r.namespaced);
    resources.sort((a, b) => Number(isPods(b)) - Number(isPods(a)));
    for (const resource of resources) {
      try {
        const before = await client.list(resource, { namespace: name });
        if (before.items.length === 0) continue;
        await client.deleteCollection(resource, { namespace: name }, { propagationPolicy: 'Background' });
        count(remains, resource, (await client.list(resource, { namespace: name })).items);
        if (isPods(resource) && remains.counts.size > 0) break;
      } catch (error) {
        if (isNotFound(error) || statusOf(error)?.code === 405) continue;
        if (!statusOf(error)) throw error;
        remains.failures.push(messageOf(error));
      }
    }
    return remains;
  }

  function count(remains: Remains, resource: Resource, left: readonly KubeObject[]): void {
    if (left.length > 0) remains.counts.set(`${resource.resource}.${resource.group}`, left.length);
    for (const finalizer of left.flatMap((object) => object.metadata.finalizers ?? [])) {
      remains.finalizers.set(finalizer, (remains.finalizers.get(finalizer) ?? 0) + 1);
    }
  }

  async function writeConditions(space: Namespace, remains: Remains): Promise<void> {
    const all = conditionsOf(remains);
    let conditions = space.status?.conditions ?? [];
    const order = all.map(({ type }) => type);
    const lastTransitionTime = formatTime(clock.now());
    for (const condition of all) conditions = [...withCondition(conditions, { ...condition, lastTransitionTime })];
    conditions.sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type));
    if (deepEqual(conditions, space.status?.conditions ?? [])) return;
    const latest = await client.get(namespaces, '', space.metadata.name);
    await client.updateStatus(namespaces, { ...latest, status: { ...latest.status, conditions } });
  }

  /** Takes the namespace's own finalizer away; with the last one the server removes it. */
  async function finalize(name: string): Promise<void> {
    try {
      const latest = await client.get(namespaces, '', name);
      const finalizers = (latest.spec?.finalizers ?? []).filter((f) => f !== 'kubernetes');
      await client.update(namespaces, { ...latest, spec: { ...latest.spec, finalizers } }, { subresource: 'finalize' });
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error;
      if (isConflict(error)) reconciler.queue.add(name);
    }
  }

  return reconciler;
}
