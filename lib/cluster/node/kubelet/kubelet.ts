import type { Timer } from '../../../kit/clock.ts';
import { deepEqual } from '../../../kit/deep.ts';
import type { Client } from '../../client/client.ts';
import {
  createClient,
  createEventRecorder,
  createInformerFactory,
  type EventRecorder,
  type Informer,
  type InformerFactory,
} from '../../client/index.ts';
import { isConflict, isNotFound } from '../../machinery/status-error.ts';
import { pods, services } from '../../schema/generated/resources.ts';
import type { Node, Pod, PodStatus, Service } from '../../schema/generated/types.ts';
import { readKubeconfig } from './config.ts';
import { admit, type Refusal } from './admission.ts';
import { apiReader, type ApiReader } from './api-reader.ts';
import { KubeletEndpoint } from './endpoint.ts';
import { NodeKeeper } from './node-keeper.ts';
import { allocatable } from './node-status.ts';
import { PodTokens } from './pod-tokens.ts';
import { PodWorker } from './pod-worker.ts';
import { sameStatus } from './pod-status.ts';
import type { KubeletServices } from './services.ts';
import { SOURCE } from './static-pods.ts';
import { StaticPodSource } from './static-pod-source.ts';

const RETRY = 2_000;

export interface KubeletOptions extends Omit<
  KubeletServices,
  keyof ApiReader | 'podCIDR' | 'allocatable' | 'services' | 'token' | 'event'
> {
  kubeletVersion: string;
  machineId: string;
  /** Pods that an earlier kubelet of this machine has left running, by uid. */
  left: ReadonlyMap<string, PodWorker>;
}

/** The agent of one node: registers it, keeps its lease, and runs the pods that the API and the manifests give it. */
export class Kubelet {
  readonly options: KubeletOptions;
  readonly workers = new Map<string, PodWorker>();
  readonly startedAt: number;
  /** How many pods it has begun to run. */
  podsStarted = 0;
  /** Its HTTPS server. */
  readonly endpoint: KubeletEndpoint;
  readonly #client: Client;
  readonly #informers: InformerFactory;
  readonly #recorder: EventRecorder;
  /** Followed once the node is registered. */
  #pods: Informer<Pod> | undefined;
  #services: Informer<Service> | undefined;
  readonly #static: StaticPodSource;
  readonly #timers = new Set<Timer>();
  /** The mirror pods that stand for static ones, by `namespace/name`. */
  readonly #mirrors = new Map<string, Pod>();
  readonly #reported = new Map<string, PodStatus>();
  readonly #reporting = new Map<string, Promise<void>>();
  /** Pods that have ended for good, until the API forgets them. */
  readonly #buried = new Set<string>();
  /** Workers whose pods are looked at a second time before they are refused. */
  readonly #judging = new Set<PodWorker>();
  /** Static pods whose name an ending one still has. */
  readonly #waiting = new Set<Pod>();
  readonly #facilities: KubeletServices;
  readonly #keeper: NodeKeeper;
  readonly #tokens: PodTokens;
  /** Those of the pods left running that nobody has asked for yet. */
  readonly #left: Map<string, PodWorker>;
  #stopped = false;

  /** Throws a ConfigError when the kubeconfig cannot be used. */
  constructor(options: KubeletOptions) {
    this.options = options;
    const { disk, clock, activity, config, node } = options;
    const text = disk.read(config.kubeconfig) ?? '';
    const credentials = readKubeconfig(text, (path) => disk.read(path));
    this.#client = createClient(options.facilities.connect(credentials), 'kubelet');
    this.startedAt = clock.now();
    this.endpoint = new KubeletEndpoint(this, this.#client);
    this.#informers = createInformerFactory(this.#client, { clock, activity });
    this.#recorder = createEventRecorder({ client: this.#client, clock, activity, component: 'kubelet', host: node });
    this.#keeper = new NodeKeeper(options, this.#client, this.#informers, () => {
      for (const worker of this.workers.values()) worker.kick();
    });
    this.#tokens = new PodTokens(this.#client, clock);
    this.#facilities = this.#makeServices();
    this.#left = new Map(options.left);
    this.#static = new StaticPodSource(options, (found) => this.#staticChanged(found));
    this.#static.start();
    this.#endLeft((pod) => isStatic(pod));
    void this.#begin();
  }

  /** Stops the agent alone: what it ran goes on. Returns the pods, by uid, for the next kubelet. */
  release(): ReadonlyMap<string, PodWorker> {
    this.#stopped = true;
    this.#keeper.stop();
    this.#static.stop();
    this.#informers.stop();
    this.#recorder.stop();
    for (const timer of this.#timers) timer.cancel();
    for (const worker of this.workers.values()) worker.release();
    return new Map([...this.#left, ...this.workers]);
  }

  /** The worker of a pod, by the uid that the API or the manifest gives it. */
  worker(pod: { namespace: string; name: string; uid?: string }): PodWorker | undefined {
    const byUid = pod.uid === undefined ? undefined : this.workers.get(pod.uid);
    return (
      byUid ??
      [...this.workers.values()].find(
        (w) => w.pod.metadata.namespace === pod.namespace && w.pod.metadata.name === pod.name,
      )
    );
  }

  get node(): Node | undefined {
    return this.#keeper.node;
  }

  async #begin(): Promise<void> {
    await this.#keeper.begin();
    if (this.#stopped) return;
    const own = this.#informers.informer(pods, { fieldSelector: `spec.nodeName=${this.options.node}` });
    this.#pods = own;
    this.#services = this.#informers.informer(services);
    await Promise.all([own.whenSynced(), this.#services.whenSynced()]);
    if (this.#stopped) return;
    own.onEvent({
      add: (pod) => this.#podChanged(pod),
      update: (pod) => this.#podChanged(pod),
      delete: (pod) => this.#podRemoved(pod),
    });
    this.#endLeft(() => true);
    for (const worker of this.workers.values()) void this.#report(worker);
  }

  /** Ends those of the pods left running that are not wanted any more. */
  #endLeft(isMeant: (pod: Pod) => boolean): void {
    for (const { pod } of this.#left.values()) {
      if (isMeant(pod)) this.#newWorker(pod, undefined).terminate(pod.spec.terminationGracePeriodSeconds ?? 30);
    }
  }

  #after(ms: number, work: () => void): void {
    const timer = this.options.clock.after(ms, () => {
      this.#timers.delete(timer);
      if (!this.#stopped) work();
    });
    this.#timers.add(timer);
  }

  #makeServices(): KubeletServices {
    return {
      ...this.options,
      podCIDR: () => this.node?.spec?.podCIDR,
      allocatable: () => ({ ...allocatable(this.options.config), ...this.node?.status?.allocatable }),
      services: () => this.#services?.list() ?? [],
      ...apiReader(this.#client, this.options.node),
      token: (pod, source) => this.#tokens.get(pod, source),
      event: (pod, type, reason, message, fieldPath) =>
        this.#recorder.event(pods, pod, type, reason, message, fieldPath),
    };
  }

  /** What looks after a pod from now on: what ran it before, if anything did. */
  #newWorker(pod: Pod, adopt: PodStatus | undefined): PodWorker {
    const uid = pod.metadata.uid ?? '';
    const listener = { statusChanged: (w: PodWorker) => void this.#report(w), gone: (w: PodWorker) => this.#gone(w) };
    const left = this.#left.get(uid);
    const worker = left ?? new PodWorker(pod, this.#facilities, listener, adopt);
    this.workers.set(uid, worker);
    if (left) {
      this.#left.delete(uid);
      left.takeOver(this.#facilities, listener);
    } else this.podsStarted++;
    return worker;
  }

  #podChanged(pod: Pod): void {
    if (pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) {
      this.#mirrors.set(`${pod.metadata.namespace}/${pod.metadata.name}`, pod);
      void this.options.activity.track(this.#static.reconcileMirror(this.#client, pod));
      const worker = this.workers.get(this.#static.uidOf(pod) ?? '');
      if (!worker) return;
      if (!this.#reported.has(worker.uid) && this.#static.inherited(pod) && pod.status) worker.inherit(pod.status);
      void this.#report(worker);
      return;
    }
    const uid = pod.metadata.uid ?? '';
    if (this.#buried.has(uid)) return;
    const known = this.workers.get(uid);
    if (known) {
      if (this.#judging.has(known) && !pod.metadata.deletionTimestamp) known.pod = pod;
      else if (onlyStatusDiffers(known.pod, pod)) {
        known.pod = pod;
        if (pod.spec.readinessGates?.length) void this.#report(known);
      } else known.update(pod);
      return;
    }
    const { phase } = pod.status ?? {};
    const over = phase === 'Succeeded' || phase === 'Failed';
    const left = this.#left.has(uid);
    const neverRan = !left && !pod.status?.containerStatuses?.some((s) => s.containerID);
    if (over && !pod.metadata.deletionTimestamp && neverRan) return;
    const worker = this.#newWorker(pod, pod.status);
    const isNew = !left && !pod.status?.startTime && !pod.metadata.deletionTimestamp;
    const refusal = isNew ? this.#admit(worker) : undefined;
    if (!refusal) worker.update(pod);
    else void this.options.activity.track(this.#admitAgain(worker));
  }

  #admit(worker: PodWorker): Refusal | undefined {
    const others = [...this.workers.values()].filter((w) => w !== worker && !w.finished);
    return admit(
      worker.pod,
      this.node,
      others.map((w) => w.pod),
    );
  }

  /** The node as it is now has the last word: what the kubelet knows of it may be older than what the scheduler saw. */
  async #admitAgain(worker: PodWorker): Promise<void> {
    this.#judging.add(worker);
    try {
      await this.#keeper.refresh();
    } catch (err) {
      this.options.log(
        `E kubelet.go:2631] "Error getting the current node for admission" err="${err instanceof Error ? err.message : String(err)}"`,
      );
    }
    this.#judging.delete(worker);
    const refusal = this.#admit(worker);
    if (refusal) {
      this.#recorder.event(pods, worker.pod, 'Warning', refusal.reason, refusal.message);
      worker.refuse(refusal.reason, `Pod was rejected: ${refusal.message}`);
    }
    worker.update(worker.pod);
  }

  #podRemoved(pod: Pod): void {
    const key = `${pod.metadata.namespace}/${pod.metadata.name}`;
    if (this.#mirrors.delete(key)) {
      const uid = this.#static.uidOf(pod);
      if (uid !== undefined) {
        this.#reported.delete(uid);
        void this.options.activity.track(
          this.#static.makeMirrors(this.#client, this.#mirrors, this.node?.metadata.uid ?? ''),
        );
      }
      return;
    }
    this.#buried.delete(pod.metadata.uid ?? '');
    // Deleted by force: its containers are stopped all the same.
    this.workers.get(pod.metadata.uid ?? '')?.terminate(0);
  }

  #staticChanged(found: { added: Pod[]; removed: string[] }): void {
    for (const uid of found.removed) {
      const worker = this.workers.get(uid);
      worker?.terminate(worker.pod.spec.terminationGracePeriodSeconds ?? 30);
    }
    for (const pod of found.added) {
      this.#endLeft(
        (old) => old.metadata.name === pod.metadata.name && old.metadata.uid !== pod.metadata.uid && isStatic(old),
      );
      // The new version of a pod waits for the end of the old one.
      if (this.worker({ namespace: pod.metadata.namespace ?? '', name: pod.metadata.name })) this.#waiting.add(pod);
      else this.#newWorker(pod, undefined).kick();
    }
    for (const mirror of this.#mirrors.values()) {
      void this.options.activity.track(this.#static.reconcileMirror(this.#client, mirror));
    }
    if (this.node)
      void this.options.activity.track(
        this.#static.makeMirrors(this.#client, this.#mirrors, this.node.metadata.uid ?? ''),
      );
  }

  #gone(worker: PodWorker): void {
    this.workers.delete(worker.uid);
    this.#tokens.forget(worker.uid);
    const { namespace = '', name } = worker.pod.metadata;
    for (const pod of this.#waiting) {
      if (pod.metadata.name !== name || pod.metadata.namespace !== namespace) continue;
      this.#waiting.delete(pod);
      if (this.#static.owns(pod.metadata.uid ?? '')) this.#newWorker(pod, undefined).kick();
    }
    void this.options.activity.track(this.#bury(worker));
  }

  /** A pod's last phase is told before it goes. */
  async #bury(worker: PodWorker): Promise<void> {
    if (!this.#static.owns(worker.uid) && this.#target(worker)) this.#buried.add(worker.uid);
    await this.#report(worker);
    this.#reported.delete(worker.uid);
    const { namespace = '', name, uid } = worker.pod.metadata;
    if (!this.#static.owns(worker.uid)) await this.#deletePod(namespace, name, uid);
  }

  async #deletePod(namespace: string, name: string, uid: string | undefined): Promise<void> {
    try {
      await this.#client.delete(pods, namespace, name, {
        gracePeriodSeconds: 0,
        ...(uid ? { preconditions: { uid } } : {}),
      });
    } catch (err) {
      if (isNotFound(err) || isConflict(err)) return;
      this.#after(RETRY, () => void this.options.activity.track(this.#deletePod(namespace, name, uid)));
    }
  }

  /** Posts a pod's status when it has changed; one post at a time for each pod. Resolves when it stands. */
  #report(worker: PodWorker): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    let report = this.#reporting.get(worker.uid);
    if (!report) {
      // Begun after it is noted down: what it changes comes back here at once.
      const posted = Promise.resolve().then(() => this.#post(worker));
      report = this.options.activity.track(posted.finally(() => void this.#reporting.delete(worker.uid)));
      this.#reporting.set(worker.uid, report);
    }
    return report;
  }

  async #post(worker: PodWorker): Promise<void> {
    for (;;) {
      const target = this.#target(worker);
      if (!target || this.#stopped) return;
      const status = worker.statusOf(target);
      const reported = this.#reported.get(worker.uid);
      if (reported ? sameStatus(reported, status) : sameStatus(target.status, status)) return;
      const { namespace = '', name, uid } = target.metadata;
      try {
        const patch = { metadata: { uid }, status: withRemovals(reported ?? target.status, status) };
        await this.#client.patch(pods, namespace, name, 'merge', patch, { subresource: 'status' });
        this.#reported.set(worker.uid, status);
      } catch (err) {
        if (isNotFound(err) || isConflict(err)) return;
        this.options.log(
          `E status_manager.go:1018] "Failed to update status for pod" err="${err instanceof Error ? err.message : String(err)}" pod="${namespace}/${name}"`,
        );
        this.#after(RETRY, () => void this.#report(worker));
        return;
      }
    }
  }

  /** The API object whose status a worker's is: the pod itself, or its mirror. */
  #target(worker: PodWorker): Pod | undefined {
    const { namespace = '', name, uid } = worker.pod.metadata;
    const current = this.#pods?.get(namespace, name);
    if (this.#static.owns(worker.uid)) return current;
    return current?.metadata.uid === uid ? current : undefined;
  }
}

const isStatic = (pod: Pod) => pod.metadata.annotations?.[SOURCE] === 'file';

/** What the kubelet itself reported comes back as a change of the pod: nothing to do. */
function onlyStatusDiffers(a: Pod, b: Pod): boolean {
  const { labels, annotations, deletionTimestamp, deletionGracePeriodSeconds } = a.metadata;
  const other = b.metadata;
  return (
    deletionTimestamp === other.deletionTimestamp &&
    deletionGracePeriodSeconds === other.deletionGracePeriodSeconds &&
    deepEqual(labels, other.labels) &&
    deepEqual(annotations, other.annotations) &&
    deepEqual(a.spec, b.spec)
  );
}

/** A merge patch keeps what it does not name: members that are gone are named as null. */
function withRemovals(old: PodStatus | undefined, status: PodStatus): Record<string, unknown> {
  const patch: Record<string, unknown> = { ...status };
  for (const name of Object.keys(old ?? {})) if (!(name in status) && isOwn(name)) patch[name] = null;
  return patch;
}

const isOwn = (name: string) =>
  !['resourceClaimStatuses', 'resize', 'nominatedNodeName', 'extendedResourceClaimStatus'].includes(name);
