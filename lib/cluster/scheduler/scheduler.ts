import type { Activity } from '../../kit/activity.ts';
import type { Clock } from '../../kit/clock.ts';
import { deepEqual } from '../../kit/deep.ts';
import type { Random } from '../../kit/random.ts';
import type { Client } from '../client/client.ts';
import { createInformerFactory } from '../client/shared-informer.ts';
import { BOUND_BY_CONTROLLER, isBound, SELECTED_NODE } from '../client/semantics/volumes.ts';
import { formatTime } from '../machinery/object.ts';
import { isNotFound, statusOf } from '../machinery/status-error.ts';
import {
  csinodes,
  namespaces,
  nodes,
  persistentvolumeclaims,
  persistentvolumes,
  poddisruptionbudgets,
  pods,
  storageclasses,
} from '../schema/generated/resources.ts';
import type { Node, PersistentVolumeClaim, Pod, PodCondition } from '../schema/generated/types.ts';
import { ClusterCache } from './cluster-cache.ts';
import { EventSeries } from './event-series.ts';
import { findNode } from './find-node.ts';
import { countReasons, fitError } from './fit-error.ts';
import type { Happening, Snapshot } from './framework.ts';
import { defaultSelectors } from './default-selectors.ts';
import { Nominations } from './nominations.ts';
import { plugins } from './plugins/index.ts';
import { planVolumes, type VolumePlan } from './plugins/volume-binding.ts';
import { findPreemption, type Preemption } from './preemption.ts';
import { SchedulingQueue } from './scheduling-queue.ts';

interface Environment {
  client: Client;
  node: string;
  clock: Clock;
  random: Random;
  activity: Activity;
  schedulerNames: readonly string[];
}

/** How long a pod waits for its volumes to be bound (upstream: bindTimeoutSeconds). */
const BIND_TIMEOUT = 600_000;

const NO_POSTFILTER_STATE = 'not found';

/** Takes pods off its queue one at a time, finds each a node, and binds it. */
export class Scheduler {
  readonly #env: Environment;
  readonly #informers;
  readonly #cache = new ClusterCache();
  readonly #queue: SchedulingQueue;
  readonly #nominations = new Nominations();
  readonly #events: Map<string, EventSeries>;
  readonly #claims;
  readonly #budgets;
  readonly #pods;
  readonly #snapshot: Omit<Snapshot, 'nodes'>;
  readonly #claimWaiters = new Set<() => void>();
  #running = false;
  #disposed = false;

  constructor(env: Environment) {
    this.#env = env;
    const { client, clock, activity } = env;
    this.#events = new Map(
      env.schedulerNames.map((name) => [name, new EventSeries(client, clock, activity, name, env.node)]),
    );
    this.#queue = new SchedulingQueue(clock, () => this.#pump());
    this.#informers = createInformerFactory(client, env);
    this.#pods = this.#informers.informer(pods);
    this.#claims = this.#informers.informer(persistentvolumeclaims);
    this.#budgets = this.#informers.informer(poddisruptionbudgets);
    this.#snapshot = {
      claims: this.#claims,
      volumes: this.#informers.informer(persistentvolumes),
      classes: this.#informers.informer(storageclasses),
      csiNodes: this.#informers.informer(csinodes),
      namespaces: this.#informers.informer(namespaces),
      selectorsFor: defaultSelectors(this.#informers),
    };
    this.#follow();
    void this.#informers.whenSynced().then(() => this.#pump());
  }

  dispose(): void {
    this.#disposed = true;
    this.#informers.stop();
    this.#queue.stop();
    this.#claimWaiters.clear();
  }

  #follow(): void {
    const nodeInformer = this.#informers.informer(nodes);
    nodeInformer.onEvent({
      add: (node) => (this.#cache.setNode(node), this.#happened({ event: 'node', now: node })),
      update: (node, old) => {
        this.#cache.setNode(node);
        if (changesScheduling(node, old)) this.#happened({ event: 'node', now: node, before: old });
      },
      delete: (node) => this.#cache.removeNode(node),
    });
    this.#pods.onEvent({
      add: (pod) => this.#podChanged(pod),
      update: (pod, old) => this.#podChanged(pod, old),
      delete: (pod) => {
        this.#cache.removePod(pod);
        this.#queue.remove(pod);
        this.#nominations.remove(pod);
        if (pod.spec.nodeName) this.#happened({ event: 'pod', before: pod });
      },
    });
    const tell = (event: 'claim' | 'volume' | 'class' | 'csi-node') => () => this.#happened({ event });
    this.#claims.onEvent({
      add: tell('claim'),
      update: () => {
        this.#happened({ event: 'claim' });
        for (const check of this.#claimWaiters) check();
      },
      delete: tell('claim'),
    });
    this.#informers.informer(persistentvolumes).onEvent({ add: tell('volume'), update: tell('volume') });
    this.#informers.informer(storageclasses).onEvent({ add: tell('class'), update: tell('class') });
    this.#informers.informer(csinodes).onEvent({ add: tell('csi-node'), update: tell('csi-node') });
    this.#informers.informer(namespaces).onEvent({
      update: (n, old) => {
        if (!deepEqual(n.metadata.labels, old.metadata.labels)) this.#happened({ event: 'namespace' });
      },
    });
  }

  #podChanged(pod: Pod, old?: Pod): void {
    this.#cache.setPod(pod);
    if (pod.spec.nodeName || isFinished(pod)) {
      this.#queue.remove(pod);
      this.#nominations.remove(pod);
      if (isFinished(pod)) {
        if (old && !isFinished(old)) this.#happened({ event: 'pod', before: old });
      } else if (!old?.spec.nodeName) this.#happened({ event: 'pod', now: pod });
      else if (changesNeighbours(pod, old)) this.#happened({ event: 'pod', now: pod, before: old });
      return;
    }
    const gated = (pod.spec.schedulingGates ?? []).length > 0;
    if (!this.#env.schedulerNames.includes(pod.spec.schedulerName ?? 'default-scheduler') || gated) return;
    this.#nominations.set(pod);
    const changed = !old || !deepEqual(old.spec, pod.spec) || !deepEqual(old.metadata.labels, pod.metadata.labels);
    if (changed) this.#queue.add(pod);
    else this.#queue.refresh(pod);
  }

  #happened(happening: Happening): void {
    this.#queue.event((name, pod) => {
      const plugin = plugins.find((p) => p.name === name);
      if (!plugin?.events) return true;
      return plugin.events.includes(happening.event) && (plugin.helps?.(pod, happening, this.#snapshot) ?? true);
    });
  }

  #pump(): void {
    if (this.#running || this.#disposed || !this.#pods.synced) return;
    this.#running = true;
    const work = this.#informers.whenSynced().then(() => this.#run());
    void this.#env.activity.track(work.finally(() => (this.#running = false)));
  }

  async #run(): Promise<void> {
    for (let pod = this.#queue.pop(); pod && !this.#disposed; pod = this.#queue.pop()) {
      const current = this.#pods.get(pod.metadata.namespace ?? '', pod.metadata.name);
      if (current?.metadata.uid !== pod.metadata.uid || current?.metadata.deletionTimestamp) {
        this.#queue.remove(pod);
        continue;
      }
      await this.#schedule(current ?? pod);
    }
  }

  async #schedule(pod: Pod): Promise<void> {
    const snapshot: Snapshot = { ...this.#snapshot, nodes: this.#cache.nodes };
    if (snapshot.nodes.length === 0) {
      return this.#reject(pod, new Set(['NodeName']), 'no nodes available to schedule pods');
    }
    const total = snapshot.nodes.length;
    const found = findNode(pod, snapshot, plugins, (node) => this.#nominations.on(node, pod), this.#env.random);
    if ('everywhere' in found) {
      const { plugin, verdict } = found.everywhere;
      return this.#reject(pod, new Set([plugin]), fitError(total, verdict.reasons.join(', '), NO_POSTFILTER_STATE));
    }
    if ('node' in found) {
      const plan = planVolumes(pod, found.node, snapshot) ?? new Map();
      this.#cache.assume(pod, found.node.name);
      const binding = this.#bind(pod, found.node.name, plan);
      // Only volumes may take long: the next pod need not wait for them.
      if (plan.size === 0) await binding;
      return;
    }
    const rejections = [...found.rejections.values()];
    const preemption = findPreemption(pod, found.rejections, snapshot, plugins, this.#budgets.list());
    const why = countReasons(rejections.map((r) => r.verdict));
    const failed = typeof preemption === 'string';
    const message = fitError(total, why, failed ? `no new claims to deallocate, preemption: ${preemption}` : '');
    const rejectedBy = new Set(rejections.map((r) => r.plugin));
    if (!failed) await this.#preempt(pod, preemption);
    await this.#reject(pod, rejectedBy, message, failed ? undefined : preemption.node.name);
  }

  async #preempt(pod: Pod, { node, victims }: Preemption): Promise<void> {
    const { client, clock } = this.#env;
    this.#nominations.set({ ...pod, status: { ...pod.status, nominatedNodeName: node.name } });
    for (const victim of victims.filter((v) => !v.metadata.deletionTimestamp)) {
      const { namespace = '', name } = victim.metadata;
      const condition: PodCondition = {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'PreemptionByScheduler',
        message: `${pod.spec.schedulerName ?? 'default-scheduler'}: preempting to accommodate a higher priority pod`,
        lastTransitionTime: formatTime(clock.now()),
        ...(victim.metadata.generation ? { observedGeneration: victim.metadata.generation } : {}),
      };
      try {
        const patch = { status: { conditions: [condition] } };
        await client.patch(pods, namespace, name, 'strategic', patch, { subresource: 'status' });
        await client.delete(pods, namespace, name);
      } catch (error) {
        if (!isNotFound(error)) continue;
      }
      const message = `Preempted by pod ${pod.metadata.uid} on node ${node.name}`;
      this.#recorder(pod)?.event(victim, 'Normal', 'Preempted', 'Preempting', message, pod);
    }
  }

  /** Says on the pod that no node took it, and puts it back. */
  async #reject(pod: Pod, rejectedBy: ReadonlySet<string>, message: string, nominate?: string): Promise<void> {
    this.#recorder(pod)?.event(pod, 'Warning', 'FailedScheduling', 'Scheduling', message);
    const old = pod.status?.conditions?.find((c) => c.type === 'PodScheduled');
    const same = old?.status === 'False' && old.reason === 'Unschedulable' && old.message === message;
    if (!same || (nominate && nominate !== pod.status?.nominatedNodeName)) {
      const { namespace = '', name, generation } = pod.metadata;
      const condition = {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message,
        ...(generation ? { observedGeneration: generation } : {}),
        lastTransitionTime: old?.status === 'False' ? old.lastTransitionTime : formatTime(this.#env.clock.now()),
      };
      const patch = { status: { conditions: [condition], ...(nominate ? { nominatedNodeName: nominate } : {}) } };
      try {
        await this.#env.client.patch(pods, namespace, name, 'strategic', patch, { subresource: 'status' });
      } catch {
        // The pod has gone, or the server has: either way the next attempt sees.
      }
    }
    this.#queue.reject(pod, rejectedBy);
  }

  async #bind(pod: Pod, node: string, plan: VolumePlan): Promise<void> {
    const { namespace = '', name, uid } = pod.metadata;
    try {
      if (plan.size > 0) await this.#bindVolumes(node, plan);
      await this.#env.client.createSubresource(pods, namespace, name, 'binding', {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name, namespace, ...(uid ? { uid } : {}) },
        target: { apiVersion: 'v1', kind: 'Node', name: node },
      });
    } catch (error) {
      this.#cache.forget(pod);
      if (isNotFound(error) && !this.#pods.get(namespace, name)) return this.#queue.remove(pod);
      const message = statusOf(error)?.message ?? (error instanceof Error ? error.message : String(error));
      this.#recorder(pod)?.event(pod, 'Warning', 'FailedScheduling', 'Scheduling', message);
      this.#queue.reject(pod, new Set());
      return;
    }
    this.#nominations.remove(pod);
    const message = `Successfully assigned ${namespace}/${name} to ${node}`;
    this.#recorder(pod)?.event(pod, 'Normal', 'Scheduled', 'Binding', message);
  }

  /** Reserves the planned volumes, orders the others, and waits until the claims are bound. */
  async #bindVolumes(node: string, plan: VolumePlan): Promise<void> {
    const { client } = this.#env;
    const { activity } = this.#env;
    const orders = [...plan].map(async ([claim, volume]) => {
      const { namespace = '', name, uid } = claim.metadata;
      if (volume === undefined) {
        const patch = { metadata: { annotations: { [SELECTED_NODE]: node } } };
        await client.patch(persistentvolumeclaims, namespace, name, 'strategic', patch);
        return;
      }
      const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid };
      const patch = { metadata: { annotations: { [BOUND_BY_CONTROLLER]: 'yes' } }, spec: { claimRef } };
      await client.patch(persistentvolumes, '', volume, 'strategic', patch);
    });
    await activity.track(Promise.all(orders));
    await this.#whenBound([...plan.keys()]);
  }

  #whenBound(claims: readonly PersistentVolumeClaim[]): Promise<void> {
    const pending = () =>
      claims.filter(({ metadata: { namespace = '', name } }) => {
        const claim = this.#claims.get(namespace, name);
        return !claim || !isBound(claim);
      });
    return new Promise((done, fail) => {
      const finish = (end: () => void) => {
        timer.cancel();
        this.#claimWaiters.delete(check);
        end();
      };
      const check = () => {
        if (pending().length === 0) finish(done);
      };
      const timer = this.#env.clock.after(BIND_TIMEOUT, () =>
        finish(() => fail(new Error('binding volumes: context deadline exceeded'))),
      );
      this.#claimWaiters.add(check);
      check();
    });
  }

  #recorder(pod: Pod): EventSeries | undefined {
    return this.#events.get(pod.spec.schedulerName ?? 'default-scheduler');
  }
}

const isFinished = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

/** Whether an update of a pod that has a node could matter to pods without one. */
function changesNeighbours(pod: Pod, old: Pod): boolean {
  return (
    pod.metadata.deletionTimestamp !== old.metadata.deletionTimestamp ||
    !deepEqual(old.metadata.labels, pod.metadata.labels) ||
    !deepEqual(old.spec.containers, pod.spec.containers)
  );
}

/** Whether an update of a node could let in a pod that it refused: not a heartbeat. */
function changesScheduling(node: Node, old: Node): boolean {
  return (
    !deepEqual(node.metadata.labels, old.metadata.labels) ||
    !deepEqual(node.spec, old.spec) ||
    !deepEqual(node.status?.allocatable, old.status?.allocatable)
  );
}
