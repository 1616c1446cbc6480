import { nextTurn } from '../../../kit/next-turn.ts';
import type { Container as ContainerSpec, Pod, PodStatus } from '../../schema/generated/types.ts';
import { ProcessTable } from '../runtime/process-table.ts';
import { adoptRecords } from './adopt.ts';
import { Alarm } from './alarm.ts';
import { fieldPath, newRecord, type ContainerRecord } from './container-record.ts';
import { ContainerRunner, NOTICE, RETRY } from './container-runner.ts';
import type { PodContext } from './pod-context.ts';
import { makePodStatus, phaseOf, succeeded, type PodFacts } from './pod-status.ts';
import { PodVolumes } from './pod-volumes.ts';
import { makeSandbox, SandboxError, type Sandbox } from './sandbox.ts';
import type { KubeletServices } from './services.ts';
import { SOURCE } from './static-pods.ts';
import { podDir } from './volumes.ts';

/** The kubelet looks at each pod again after 60 to 90 s. */
const RESYNC = 60_000;
/** How long the runtime and the network plugin take to make what a pod's containers start in: at least this, at most twice this. */
const SANDBOX_TIME = 500;

export interface WorkerListener {
  /** The pod's status may have changed: report it. */
  statusChanged(worker: PodWorker): void;
  /** All of the pod has ended and been cleaned up after it was deleted. */
  gone(worker: PodWorker): void;
}

/**
 * Runs one pod: makes the world as its spec wants it, one `sync` at a time, whenever something has happened. Level-triggered:
 * a sync looks at what there is, never at why it was called.
 */
export class PodWorker implements PodContext {
  pod: Pod;
  kubelet: KubeletServices;
  readonly records: ContainerRecord[] = [];
  sandbox: Sandbox | undefined;
  startTime: number;
  readonly resyncPeriod: number;
  disposed = false;
  #listener: WorkerListener;
  /** No kubelet looks after it: containers run on, and what becomes of them is noted down. */
  #released = false;
  readonly #volumes = new PodVolumes(this);
  readonly #containers = new ContainerRunner(this, this.#volumes);
  #ended: PodFacts['ended'];
  #terminating: { grace: number } | undefined;
  #finished = false;
  #dirty = false;
  #running = false;
  readonly #alarm: Alarm;
  /** An address that the pod had before this kubelet began to look after it. */
  #oldIp: string | undefined;
  #adopting = false;
  /** When the pod's network will be there; 0 until it is asked for. */
  #sandboxAt = 0;
  #tookOver: () => void = () => undefined;
  /** Resolves when what ran before this kubelet came has been taken over, as far as it can be. */
  readonly takenOver: Promise<void>;

  constructor(pod: Pod, kubelet: KubeletServices, listener: WorkerListener, adopt: PodStatus | undefined) {
    this.pod = pod;
    this.kubelet = kubelet;
    this.#listener = listener;
    this.startTime = adopt?.startTime ? Date.parse(adopt.startTime) : kubelet.clock.now();
    this.resyncPeriod = RESYNC * (1 + kubelet.random.float() / 2);
    this.#alarm = new Alarm(kubelet.clock, () => this.kick());
    this.#makeRecords();
    if (adopt?.containerStatuses?.some((s) => s.containerID)) {
      this.#adopting = true;
      this.#oldIp = adopt.podIP;
      adoptRecords(this.records, adopt);
      if (adopt.phase === 'Failed' && adopt.reason)
        this.#ended = { reason: adopt.reason, message: adopt.message ?? '' };
    }
    this.takenOver = this.#adopting ? new Promise((done) => (this.#tookOver = done)) : Promise.resolve();
  }

  get uid(): string {
    return this.pod.metadata.uid ?? '';
  }

  /** The spec or the labels changed, or the pod is being deleted. */
  update(pod: Pod): void {
    const labels = pod.metadata.labels;
    if (labels !== this.pod.metadata.labels) this.sandbox?.network?.relabel(labels ?? {});
    this.pod = pod;
    this.#makeRecords();
    if (pod.metadata.deletionTimestamp)
      this.terminate(pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30);
    this.kick();
  }

  /** Ends the pod within so many seconds; a shorter time than before counts from now. */
  terminate(grace: number): void {
    if (this.#terminating && this.#terminating.grace <= grace) return;
    const again = this.#terminating !== undefined;
    this.#terminating = { grace };
    if (again) for (const r of this.records) if (r.state === 'running') this.#shorten(r, grace);
    this.kick();
  }

  /** Refuses the pod before anything of it has started: phase Failed with this reason. */
  refuse(reason: string, message: string): void {
    this.#ended ??= { reason, message, refused: true };
    this.kick();
  }

  /** Whether every container has ended for good and the API may forget the pod. */
  get finished(): boolean {
    return this.#finished;
  }

  get terminating(): boolean {
    return this.#terminating !== undefined;
  }

  get podIP(): string | undefined {
    return this.sandbox?.ip ?? this.#oldIp;
  }

  facts(): PodFacts {
    return {
      pod: this.pod,
      records: this.records,
      hostIP: this.kubelet.ip,
      podIP: this.podIP,
      sandboxReady: (this.sandbox !== undefined || this.#adopting) && !this.#over(),
      startTime: this.startTime,
      ended: this.#ended,
      finished: this.#finished,
      now: this.kubelet.clock.now(),
    };
  }

  /** The status that the API object of the pod (its mirror's, for a static pod) should have. */
  statusOf(target: Pod): PodStatus {
    const pod = {
      ...this.pod,
      metadata: { ...this.pod.metadata, generation: target.metadata.generation },
      status: target.status,
    };
    return makePodStatus({ ...this.facts(), pod });
  }

  /** Takes over what an earlier kubelet reported of these containers: they have run all along. */
  inherit(status: PodStatus): void {
    for (const r of this.records) {
      const s = status.containerStatuses?.find((c) => c.name === r.spec.name);
      if (!s?.state?.running || r.state !== 'running' || r.restarts > 0) continue;
      const { live } = r;
      adoptRecords([r], status);
      r.live = live;
    }
    if (status.startTime) this.startTime = Date.parse(status.startTime);
  }

  record(name: string): ContainerRecord | undefined {
    return this.records.find((r) => r.spec.name === name);
  }

  /** The kubelet stops, and the pod's containers go on without it. */
  release(): void {
    this.#released = true;
    this.#alarm.cancel();
    for (const r of this.records) {
      r.stopProbes?.();
      r.stopProbes = undefined;
    }
  }

  /** The next kubelet looks after the pod from now on. */
  takeOver(kubelet: KubeletServices, listener: WorkerListener): void {
    this.kubelet = kubelet;
    this.#listener = listener;
    this.#released = false;
    for (const r of this.records) this.#containers.watch(r);
    this.kick();
  }

  /** Runs a sync soon. */
  kick(): void {
    if (this.disposed) return;
    this.#dirty = true;
    if (this.#running || this.#released) return;
    this.#running = true;
    void this.kubelet.activity.track(this.#loop());
  }

  /** The machine stops: everything goes at once, nothing is reported. */
  dispose(): void {
    this.disposed = true;
    this.#alarm.cancel();
    for (const r of this.records) {
      r.stopProbes?.();
      r.layer?.flush();
      r.live?.signal('KILL');
      r.log?.close();
    }
    this.sandbox?.network?.remove();
  }

  async #loop(): Promise<void> {
    try {
      while (this.#dirty && !this.disposed && !this.#released) {
        // The API answers without a turn of the event loop: pods that fail and are replaced at once must not keep it for themselves.
        await nextTurn();
        this.#dirty = false;
        if (this.disposed) break;
        if (this.#released) {
          this.#dirty = true;
          break;
        }
        await this.#sync();
        this.#listener.statusChanged(this);
      }
    } catch (err) {
      this.kubelet.log(
        `E pod_workers.go:1324] "Error syncing pod, skipping" err="${err instanceof Error ? err.message : String(err)}" pod="${this.pod.metadata.namespace}/${this.pod.metadata.name}"`,
      );
      this.wakeAt(this.kubelet.clock.now() + RETRY);
    } finally {
      this.#running = false;
      this.#tookOver();
    }
    if (this.#released) return;
    if (this.#finished && this.#terminating) this.#cleanUp();
  }

  async #sync(): Promise<void> {
    if (this.#finished) return;
    if (this.#terminating || this.#ended) return this.#stopAll();
    if (this.#over()) return this.#stopAll();
    this.#watchDeadline();
    if (this.#ended as PodFacts['ended']) return this.#stopAll();
    if (!(await this.#volumes.prepare()) || !this.#makeSandbox()) return;
    await this.#adopt();
    const ready = await this.#runInitContainers();
    for (const r of this.records)
      if (r.role === 'ephemeral' && r.state === 'waiting' && !r.last) await this.#containers.start(r);
    if (ready) for (const r of this.records) if (r.role === 'app') await this.#containers.keepRunning(r);
    if (this.#over()) await this.#stopAll();
    else this.#planResync();
  }

  /** Whether the pod has reached its end by itself. */
  #over(): boolean {
    const { pod, records } = this;
    const phase = phaseOf({ pod, records, ended: this.#ended, finished: this.#finished });
    return phase === 'Succeeded' || phase === 'Failed';
  }

  #makeRecords(): void {
    const { spec } = this.pod;
    const add = (container: ContainerSpec, role: ContainerRecord['role']) => {
      const known = this.record(container.name);
      if (known) {
        // A new image is tried at once.
        if (known.spec.image !== container.image) known.retryAt = 0;
        known.spec = container;
      } else this.records.push(newRecord(container, role));
    };
    for (const c of spec.initContainers ?? []) add(c, c.restartPolicy === 'Always' ? 'sidecar' : 'init');
    for (const c of spec.containers) add(c, 'app');
    for (const c of spec.ephemeralContainers ?? []) add(c, 'ephemeral');
  }

  #watchDeadline(): void {
    const seconds = this.pod.spec.activeDeadlineSeconds;
    if (seconds === undefined) return;
    const due = this.startTime + seconds * 1000;
    if (this.kubelet.clock.now() < due) {
      this.wakeAt(due);
      return;
    }
    const message = 'Pod was active on the node longer than the specified deadline';
    this.#ended = { reason: 'DeadlineExceeded', message };
    this.kubelet.event(this.pod, 'Normal', 'DeadlineExceeded', message);
  }

  #makeSandbox(): boolean {
    if (this.sandbox) return true;
    if (!this.#sandboxIsDue()) return false;
    const { kubelet, pod } = this;
    try {
      this.sandbox = makeSandbox(pod, {
        node: kubelet.node,
        host: kubelet.host,
        podCIDR: kubelet.podCIDR(),
        ip: this.#oldIp,
        disk: kubelet.disk,
        config: kubelet.config,
      });
    } catch (err) {
      if (!(err instanceof SandboxError)) throw err;
      kubelet.event(
        pod,
        'Warning',
        'FailedCreatePodSandBox',
        `Failed to create pod sandbox: rpc error: code = Unknown desc = ${err.message}`,
      );
      this.wakeAt(kubelet.clock.now() + RETRY);
      return false;
    }
    if (pod.spec.shareProcessNamespace) this.sandbox.processes = new ProcessTable(true);
    // Shown while images are looked for and containers are made.
    if (!this.#adopting) this.#listener.statusChanged(this);
    return true;
  }

  /** Pods take their time to start, as anyone sees who watches them; the control plane's own pods do not, so that a cluster is there at once. */
  #sandboxIsDue(): boolean {
    if (this.#adopting || this.pod.metadata.annotations?.[SOURCE] === 'file') return true;
    const { clock, random } = this.kubelet;
    this.#sandboxAt ||= clock.now() + Math.round(SANDBOX_TIME * (1 + random.float()));
    if (clock.now() >= this.#sandboxAt) return true;
    this.wakeAt(this.#sandboxAt);
    return false;
  }

  /** Starts what ran already when this kubelet came, under its old ids. */
  async #adopt(): Promise<void> {
    if (!this.#adopting) return;
    this.#adopting = false;
    for (const r of this.records) if (r.state === 'running' && !r.live) await this.#containers.start(r, true);
  }

  /** Init containers in their order; true once the app containers may run. */
  async #runInitContainers(): Promise<boolean> {
    const appStarted = this.records.some((r) => r.role === 'app' && r.id !== undefined);
    for (const r of this.records) {
      if (r.role === 'sidecar') {
        await this.#containers.keepRunning(r);
        if (!r.started && !appStarted) return false;
      } else if (r.role === 'init' && !appStarted) {
        if (!succeeded(r)) await this.#containers.keepRunning(r);
        if (!succeeded(r) || !this.#noticed(r)) return false;
      }
    }
    return true;
  }

  /** Whether the kubelet has seen by now that a container ended: it looks at the runtime once a second. */
  #noticed({ terminated }: ContainerRecord): boolean {
    const at = (terminated?.finishedAt ?? 0) + NOTICE;
    if (this.kubelet.clock.now() >= at) return true;
    this.wakeAt(at);
    return false;
  }

  #planResync(): void {
    const waits = this.records.some((r) => r.state === 'waiting' && r.waiting && !r.last);
    if (waits) this.wakeAt(this.kubelet.clock.now() + RETRY);
  }

  /** A second, shorter grace period: what is left of it counts from now. */
  #shorten(r: ContainerRecord, grace: number): void {
    const { live } = r;
    this.kubelet.clock.after(grace * 1000, () => live?.signal('KILL'));
  }

  /** Ends whatever still runs: app containers first, then sidecars in reverse order. */
  async #stopAll(): Promise<void> {
    const grace = this.#terminating?.grace ?? this.pod.spec.terminationGracePeriodSeconds ?? 30;
    const running = this.records.filter((r) => r.state === 'running');
    const main = running.filter((r) => r.role !== 'sidecar');
    const next = main.length ? main : running.slice(-1);
    for (const r of next) {
      if (r.killing) continue;
      this.kubelet.event(this.pod, 'Normal', 'Killing', `Stopping container ${r.spec.name}`, fieldPath(r));
      void this.#containers.kill(r, grace);
    }
    if (running.length > 0) return;
    this.sandbox?.network?.remove();
    if (this.#terminating && !this.records.every((r) => this.#noticed(r))) return;
    this.#finished = this.#terminating !== undefined || this.#over();
    return Promise.resolve();
  }

  #cleanUp(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.#alarm.cancel();
    const { disk } = this.kubelet;
    const { namespace, name } = this.pod.metadata;
    disk.remove(podDir(this.uid));
    disk.remove(`/var/log/pods/${namespace}_${name}_${this.uid}`);
    for (const link of disk.list('/var/log/containers')) {
      if (link.startsWith(`${name}_${namespace}_`)) disk.remove(`/var/log/containers/${link}`);
    }
    this.#listener.gone(this);
  }

  wakeAt(at: number): void {
    if (!this.disposed && !this.#released) this.#alarm.setFor(at);
  }
}
