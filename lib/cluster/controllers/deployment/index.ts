import { createEventRecorder } from '../../client/event-recorder.ts';
import { startReconciler } from '../../client/reconciler.ts';
import { controllerOf, objectKey, splitKey } from '../../machinery/object.ts';
import { selects } from '../../machinery/selector.ts';
import { deployments, pods, replicasets } from '../../schema/generated/resources.ts';
import type { Deployment, ReplicaSet } from '../../schema/generated/types.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { claim, controlledBy, indexByController } from '../shared/ownership.ts';
import { DESIRED, replicasOf } from './arithmetic.ts';
import { Rollout } from './rollout.ts';
import { deadline, isComplete } from './status.ts';

/** Rolls Deployments out (upstream: pkg/controller/deployment). */
export const deployment: Controller = {
  name: 'deployment-controller',
  serviceAccount: 'deployment-controller',
  start: startDeploymentController,
};

function startDeploymentController(context: ControllerContext) {
  const { client, informers, clock } = context;
  const owners = informers.informer(deployments);
  const sets = informers.informer(replicasets);
  const podInformer = informers.informer(pods);
  indexByController(sets);
  indexByController(podInformer);
  const events = createEventRecorder({ ...context, component: 'deployment-controller' });
  const reconciler = startReconciler({ ...context, informers: [owners, sets, podInformer], reconcile });
  const { queue } = reconciler;

  const enqueueOwnerOf = (set: ReplicaSet): void => {
    const { namespace = '', labels } = set.metadata;
    const owner = controllerOf(set);
    if (owner?.kind === 'Deployment') queue.add(`${namespace}/${owner.name}`);
    if (owner) return;
    for (const d of owners.list(namespace)) if (selects(d.spec.selector, labels)) queue.add(objectKey(d));
  };
  reconciler.own(
    owners.onEvent({
      add: (d) => queue.add(objectKey(d)),
      update: (d) => queue.add(objectKey(d)),
      delete: (d) => queue.add(objectKey(d)),
    }),
    sets.onEvent({
      add: enqueueOwnerOf,
      update: (set, old) => {
        enqueueOwnerOf(set);
        if (controllerOf(old)?.uid !== controllerOf(set)?.uid) enqueueOwnerOf(old);
      },
      delete: enqueueOwnerOf,
    }),
    // Recreate waits until the last old pod is gone; its replica set no longer counts it by then.
    podInformer.onEvent({
      delete: (pod) => {
        const owner = controllerOf(pod);
        const set = owner && sets.get(pod.metadata.namespace ?? '', owner.name);
        if (set) enqueueOwnerOf(set);
      },
    }),
    () => events.stop(),
  );

  async function reconcile(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const found = owners.get(namespace, name);
    if (!found) return;
    const { selector } = found.spec;
    if (!Object.keys(selector.matchLabels ?? {}).length && !selector.matchExpressions?.length) {
      const message = 'This deployment is selecting all pods. A non-empty selector is required.';
      events.event(deployments, found, 'Warning', 'SelectingAll', message);
      return;
    }
    const owned = await claim({
      client,
      informer: sets,
      dependent: replicasets,
      owner: found,
      ownerResource: deployments,
      matches: (set) => selects(selector, set.metadata.labels),
    });
    const rollout = new Rollout({ client, events, clock, deployment: found, sets: owned, podsOf });
    if (found.metadata.deletionTimestamp) return rollout.syncStatusOnly();
    await rollout.checkPause();
    if (found.spec.paused || isScaling(found, owned)) await rollout.sync();
    else if (found.spec.strategy?.type === 'Recreate') await rollout.recreate();
    else await rollout.roll();
    const due = deadline(found, rollout.deployment.status ?? {});
    const settled = isComplete(found, rollout.deployment.status);
    if (due !== undefined && !settled && due >= clock.now()) queue.addAfter(key, due - clock.now() + 1_000);
  }

  const podsOf = (set: ReplicaSet) => controlledBy(podInformer, set);

  return reconciler;
}

function isScaling(deployment: Deployment, sets: readonly ReplicaSet[]): boolean {
  return sets.some((set) => {
    const desired = set.metadata.annotations?.[DESIRED];
    return replicasOf(set) > 0 && desired !== undefined && Number(desired) !== replicasOf(deployment);
  });
}
