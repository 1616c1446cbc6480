import type { Client } from '../../client/client.ts';
import type { EventRecorder } from '../../client/event-recorder.ts';
import type { Clock } from '../../../kit/clock.ts';
import { deepClone } from '../../../kit/deep.ts';
import { isAlreadyExists, isNotFound, statusOf } from '../../machinery/status-error.ts';
import { deployments, replicasets } from '../../schema/generated/resources.ts';
import type { Deployment, DeploymentStatus, Pod, ReplicaSet } from '../../schema/generated/types.ts';
import { sameStatus } from '../shared/conditions.ts';
import { messageOf } from '../shared/pod-control.ts';
import { isPodFinished } from '../shared/pods.ts';
import { templateHash } from '../shared/template-hash.ts';
import {
  availableSum,
  byCreation,
  DESIRED,
  isRolling,
  MAX,
  maxUnavailable,
  newSetSize,
  proportionalSizes,
  replicasOf,
  REVISION,
  revisionOf,
  specSum,
} from './arithmetic.ts';
import { findNewSet, newReplicaSet, sameTemplate, sizeAnnotations, syncedAnnotations } from './replica-sets.ts';
import { calculateStatus, conditionOf, hasDeadline, rolloutStatus, setCondition } from './status.ts';

interface RolloutOptions {
  client: Client;
  events: EventRecorder;
  clock: Clock;
  deployment: Deployment;
  sets: readonly ReplicaSet[];
  podsOf(set: ReplicaSet): Pod[];
}

/** One turn of one deployment. `deployment` and the sets follow what has been written. */
export class Rollout {
  deployment: Deployment;
  readonly #options: RolloutOptions;
  #sets: ReplicaSet[];

  constructor(options: RolloutOptions) {
    this.#options = options;
    this.deployment = options.deployment;
    this.#sets = [...options.sets];
  }

  async roll(): Promise<void> {
    const current = await this.#newSet(true);
    if (!current) return;
    if (await this.#growNew(current)) return this.#syncRolloutStatus();
    if (await this.#shrinkOld()) return this.#syncRolloutStatus();
    await this.#finish();
  }

  async recreate(): Promise<void> {
    const existing = await this.#newSet(false);
    const old = this.#oldSets(existing);
    let shrunk = false;
    for (const set of old) shrunk = (await this.#scale(set, 0)) || shrunk;
    const running = old.some((set) => this.#options.podsOf(set).some((pod) => !isPodFinished(pod)));
    if (shrunk || running) return this.#syncRolloutStatus();
    const current = existing ?? (await this.#newSet(true));
    if (!current) return;
    await this.#scale(current, replicasOf(this.deployment));
    await this.#finish();
  }

  /** Scales without rolling: while paused, or when only the size has changed. */
  async sync(): Promise<void> {
    const current = await this.#newSet(false);
    await this.#resize(current);
    if (this.deployment.spec.paused) await this.#cleanUp();
    await this.#writeStatus(calculateStatus(this.deployment, this.#sets, this.#find(), this.#options.clock.now()));
  }

  async syncStatusOnly(): Promise<void> {
    await this.#writeStatus(calculateStatus(this.deployment, this.#sets, this.#find(), this.#options.clock.now()));
  }

  /** Says in the Progressing condition that the deployment was paused or resumed, so that the pause is not held against it. */
  async checkPause(): Promise<void> {
    if (!hasDeadline(this.deployment)) return;
    const reason = conditionOf(this.deployment.status, 'Progressing')?.reason;
    if (reason === 'ProgressDeadlineExceeded') return;
    const paused = this.deployment.spec.paused ?? false;
    if (paused === (reason === 'DeploymentPaused')) return;
    const status = deepClone(this.deployment.status ?? {});
    const [why, message] = paused
      ? ['DeploymentPaused', 'Deployment is paused']
      : ['DeploymentResumed', 'Deployment is resumed'];
    setCondition(status, 'Progressing', 'Unknown', why, message, this.#options.clock.now());
    await this.#writeStatus(status);
  }

  #find(): ReplicaSet | undefined {
    return findNewSet(this.deployment, this.#sets);
  }

  #oldSets(current: ReplicaSet | undefined): ReplicaSet[] {
    return this.#sets.filter((set) => set.metadata.uid !== current?.metadata.uid);
  }

  /** The set of the present template, its revision and annotations brought up to date; made if `create`. */
  async #newSet(create: boolean): Promise<ReplicaSet | undefined> {
    const existing = this.#find();
    const revision =
      this.#oldSets(existing)
        .map(revisionOf)
        .reduce((a, b) => (a > b ? a : b), 0n) + 1n;
    if (!existing) return create ? this.#create(revision) : undefined;
    const annotations = syncedAnnotations(this.deployment, existing, revision);
    const minReadySeconds = this.deployment.spec.minReadySeconds ?? 0;
    const stale = Object.entries(annotations).some(([k, v]) => existing.metadata.annotations?.[k] !== v);
    let set = existing;
    if (stale || (existing.spec.minReadySeconds ?? 0) !== minReadySeconds) {
      set = await this.#update({
        ...existing,
        metadata: { ...existing.metadata, annotations },
        spec: { ...existing.spec, minReadySeconds },
      });
    }
    const status = deepClone(this.deployment.status ?? {});
    if (hasDeadline(this.deployment) && !conditionOf(status, 'Progressing')) {
      const message = `Found new replica set "${set.metadata.name}"`;
      setCondition(status, 'Progressing', 'True', 'FoundNewReplicaSet', message, this.#options.clock.now());
    }
    await this.#writeStatus(status, set.metadata.annotations?.[REVISION]);
    return set;
  }

  async #create(revision: bigint): Promise<ReplicaSet | undefined> {
    const { client, clock, events } = this.#options;
    const collisions = this.deployment.status?.collisionCount;
    const draft = newReplicaSet(this.deployment, templateHash(this.deployment.spec.template, collisions), revision);
    const size = newSetSize(this.deployment, this.#sets, 0);
    draft.spec.replicas = size;
    const status = deepClone(this.deployment.status ?? {});
    let set: ReplicaSet;
    try {
      set = await client.create(replicasets, draft);
      if (size > 0) this.#scaled('up', set, 0, size);
    } catch (error) {
      const existing = isAlreadyExists(error) ? await this.#colliding(draft) : undefined;
      if (!existing) {
        if (isAlreadyExists(error)) {
          await this.#writeStatus({ ...status, collisionCount: (collisions ?? 0) + 1 });
        } else if (statusOf(error)?.details?.causes?.some((c) => c.reason === 'NamespaceTerminating')) {
          return undefined;
        } else {
          const message = `Failed to create new replica set "${draft.metadata.name}": ${messageOf(error)}`;
          if (hasDeadline(this.deployment)) {
            setCondition(status, 'Progressing', 'False', 'ReplicaSetCreateError', message, clock.now());
            await this.#writeStatus(status);
          }
          events.event(deployments, this.deployment, 'Warning', 'ReplicaSetCreateError', message);
        }
        throw error;
      }
      set = existing;
    }
    this.#sets.push(set);
    if (hasDeadline(this.deployment)) {
      const message = `Created new replica set "${set.metadata.name}"`;
      setCondition(status, 'Progressing', 'True', 'NewReplicaSetCreated', message, clock.now());
    }
    await this.#writeStatus(status, String(revision));
    return set;
  }

  /** A set that has the name already: ours after all, if the cache was behind; else its hash collides. */
  async #colliding(draft: ReplicaSet): Promise<ReplicaSet | undefined> {
    const existing = await this.#options.client.get(replicasets, draft.metadata.namespace ?? '', draft.metadata.name);
    const ours = existing.metadata.ownerReferences?.some((o) => o.uid === this.deployment.metadata.uid);
    return ours && sameTemplate(existing.spec.template, this.deployment.spec.template) ? existing : undefined;
  }

  async #growNew(current: ReplicaSet): Promise<boolean> {
    const wanted = replicasOf(this.deployment);
    const size = replicasOf(current);
    if (size === wanted) return false;
    return this.#scale(current, size > wanted ? wanted : newSetSize(this.deployment, this.#sets, size));
  }

  async #shrinkOld(): Promise<boolean> {
    const current = this.#find();
    const old = this.#oldSets(current).sort(byCreation);
    if (!current || specSum(old) === 0) return false;
    const minimum = replicasOf(this.deployment) - maxUnavailable(this.deployment);
    const missing = replicasOf(current) - (current.status?.availableReplicas ?? 0);
    const spare = specSum(this.#sets) - minimum - missing;
    if (spare <= 0) return false;
    let removed = 0;
    for (const set of old) {
      const broken = Math.min(spare - removed, replicasOf(set) - (set.status?.availableReplicas ?? 0));
      if (broken > 0) await this.#scale(set, replicasOf(set) - broken);
      removed += Math.max(0, broken);
    }
    let surplus = availableSum(this.#sets) - minimum;
    for (const { metadata } of old) {
      const set = this.#sets.find((s) => s.metadata.uid === metadata.uid);
      const step = set ? Math.min(replicasOf(set), surplus) : 0;
      if (!set || step <= 0) continue;
      await this.#scale(set, replicasOf(set) - step);
      surplus -= step;
      removed += step;
    }
    return removed > 0;
  }

  /** Brings sets to the deployment's size while no rollout moves: the only active one, or all in proportion. */
  async #resize(current: ReplicaSet | undefined): Promise<void> {
    const active = this.#sets.filter((set) => replicasOf(set) > 0);
    const wanted = replicasOf(this.deployment);
    if (active.length <= 1) {
      const latest = [...this.#oldSets(current)].sort(byCreation).at(-1);
      const only = active[0] ?? current ?? latest;
      if (only) await this.#scale(only, wanted);
      return;
    }
    const saturated =
      current &&
      replicasOf(current) === wanted &&
      Number(current.metadata.annotations?.[DESIRED]) === wanted &&
      current.status?.availableReplicas === wanted;
    if (saturated) {
      for (const set of this.#oldSets(current).filter((s) => replicasOf(s) > 0)) await this.#scale(set, 0);
    } else if (isRolling(this.deployment)) {
      for (const [set, size] of proportionalSizes(this.deployment, active)) await this.#scale(set, size);
    }
  }

  /** Returns whether the size changed. */
  async #scale(set: ReplicaSet, size: number): Promise<boolean> {
    const before = replicasOf(set);
    const sizes = sizeAnnotations(this.deployment);
    const stale = [DESIRED, MAX].some((key) => set.metadata.annotations?.[key] !== sizes[key]);
    if (before === size && !stale) return false;
    const metadata = { ...set.metadata, annotations: { ...set.metadata.annotations, ...sizes } };
    const updated = await this.#update({ ...set, metadata, spec: { ...set.spec, replicas: size } });
    if (before === size) return false;
    this.#scaled(size > before ? 'up' : 'down', updated, before, size);
    return true;
  }

  #scaled(direction: 'up' | 'down', set: ReplicaSet, from: number, to: number): void {
    const message = `Scaled ${direction} replica set ${set.metadata.name} from ${from} to ${to}`;
    this.#options.events.event(deployments, this.deployment, 'Normal', 'ScalingReplicaSet', message);
  }

  async #update(draft: ReplicaSet): Promise<ReplicaSet> {
    const updated = await this.#options.client.update(replicasets, draft);
    this.#sets = this.#sets.map((set) => (set.metadata.uid === updated.metadata.uid ? updated : set));
    return updated;
  }

  async #finish(): Promise<void> {
    const status = rolloutStatus(this.deployment, this.#sets, this.#find(), this.#options.clock.now());
    if (conditionOf(status, 'Progressing')?.reason === 'NewReplicaSetAvailable' || !hasDeadline(this.deployment)) {
      await this.#cleanUp();
    }
    await this.#syncRolloutStatus();
  }

  #syncRolloutStatus(): Promise<void> {
    return this.#writeStatus(rolloutStatus(this.deployment, this.#sets, this.#find(), this.#options.clock.now()));
  }

  /** Deletes old, empty sets beyond the history limit. */
  async #cleanUp(): Promise<void> {
    const limit = this.deployment.spec.revisionHistoryLimit;
    if (limit === undefined) return;
    const old = this.#oldSets(this.#find()).filter((set) => !set.metadata.deletionTimestamp);
    const surplus = old.sort((a, b) => Number(revisionOf(a) - revisionOf(b))).slice(0, Math.max(0, old.length - limit));
    for (const set of surplus) {
      const { status, metadata } = set;
      const busy = (status?.replicas ?? 0) > 0 || replicasOf(set) > 0;
      if (busy || (metadata.generation ?? 0) > (status?.observedGeneration ?? 0)) continue;
      try {
        await this.#options.client.delete(replicasets, metadata.namespace ?? '', metadata.name);
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
  }

  /** Writes status and, with it, the revision: through `/status`, so that the generation does not grow. */
  async #writeStatus(status: DeploymentStatus, revision?: string): Promise<void> {
    const { metadata } = this.deployment;
    const revised = revision !== undefined && metadata.annotations?.[REVISION] !== revision;
    if (!revised && sameStatus(this.deployment.status, status)) return;
    const annotations = revised ? { ...metadata.annotations, [REVISION]: revision } : metadata.annotations;
    this.deployment = await this.#options.client.updateStatus(deployments, {
      ...this.deployment,
      metadata: { ...metadata, ...(annotations ? { annotations } : {}) },
      status,
    });
  }
}
