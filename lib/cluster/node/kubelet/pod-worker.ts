import type { Timer } from '../../../kit/clock.ts';
import { nextTurn } from '../../../kit/next-turn.ts';
import type { Container as ContainerSpec, LifecycleHandler, Pod, PodStatus } from '../../schema/generated/types.ts';
import { StartError, type Container } from '../runtime/container.ts';
import type { Exit } from '../runtime/process.ts';
import { ProcessTable } from '../runtime/process-table.ts';
import { adoptRecords } from './adopt.ts';
import { newContainerId, prepareContainer, startContainer, terminationMessage } from './container-starter.ts';
import { newRecord, type ContainerRecord, type Terminated } from './container-record.ts';
import { ContainerConfigError, type EnvironmentSources } from './environment.ts';
import { ensureImage } from './image-puller.ts';
import { killContainer, runPostStart } from './lifecycle.ts';
import { makePodStatus, phaseOf, succeeded, type PodFacts } from './pod-status.ts';
import { startProbes } from './prober.ts';
import { makeSandbox, SandboxError, type Sandbox } from './sandbox.ts';
import type { KubeletServices } from './services.ts';
import { MountError, mountVolume, podDir, type MountedVolume, type VolumeSources } from './volumes.ts';

/** How long until the kubelet notices that a container has ended, before it starts it again. */
const NOTICE = 1_000;
const FIRST_BACK_OFF = 10_000;
const LONGEST_BACK_OFF = 300_000;
/** The kubelet looks at each pod again after 60 to 90 s. */
const RESYNC = 60_000;
/** Between two tries to mount what cannot be mounted. */
const MOUNT_RETRY = 2_000;
const LONGEST_MOUNT_RETRY = 122_000;
/** Between two looks at a container whose image or configuration is missing. */
const RETRY = 12_000;

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
export class PodWorker {
  pod: Pod;
  readonly kubelet: KubeletServices;
  readonly records: ContainerRecord[] = [];
  sandbox: Sandbox | undefined;
  startTime: number;
  readonly #listener: WorkerListener;
  readonly #volumes = new Map<string, MountedVolume>();
  readonly #phase: number;
  readonly #reported = new Set<string>();
  #ended: PodFacts['ended'];
  #terminating: { grace: number } | undefined;
  #finished = false;
  #disposed = false;
  #dirty = false;
  #running = false;
  #wake: { at: number; timer: Timer } | undefined;
  #mountRetry = 0;
  #mountAt = 0;
  #refreshAt = 0;
  /** An address that the pod had before this kubelet began to look after it. */
  #oldIp: string | undefined;
  #adopting = false;
  #tookOver: () => void = () => undefined;
  /** Resolves when what ran before this kubelet came has been taken over, as far as it can be. */
  readonly takenOver: Promise<void>;

  constructor(pod: Pod, kubelet: KubeletServices, listener: WorkerListener, adopt: PodStatus | undefined) {
    this.pod = pod;
    this.kubelet = kubelet;
    this.#listener = listener;
    this.startTime = adopt?.startTime ? Date.parse(adopt.startTime) : kubelet.clock.now();
    this.#phase = kubelet.random.float();
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

  /** Refuses or ends the pod: phase Failed with this reason. */
  fail(reason: string, message: string): void {
    this.#ended ??= { reason, message };
    this.kick();
  }

  /** Whether every container has ended for good and the API may forget the pod. */
  get finished(): boolean {
    return this.#finished;
  }

  get terminating(): boolean {
    return this.#terminating !== undefined;
  }

  facts(): PodFacts {
    return {
      pod: this.pod,
      records: this.records,
      hostIP: this.kubelet.ip,
      podIP: this.sandbox?.ip ?? this.#oldIp,
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

  /** Runs a sync soon. */
  kick(): void {
    if (this.#disposed) return;
    this.#dirty = true;
    if (this.#running) return;
    this.#running = true;
    void this.kubelet.activity.track(this.#loop());
  }

  /** The machine stops: everything goes at once, nothing is reported. */
  dispose(): void {
    this.#disposed = true;
    this.#wake?.timer.cancel();
    for (const r of this.records) {
      r.stopProbes?.();
      r.live?.signal('KILL');
      r.log?.close();
    }
    this.sandbox?.network?.remove();
  }

  async #loop(): Promise<void> {
    try {
      while (this.#dirty && !this.#disposed) {
        // The API answers without a turn of the event loop: pods that fail and are replaced at once must not keep it for themselves.
        await nextTurn();
        this.#dirty = false;
        if (this.#disposed) break;
        await this.#sync();
        this.#listener.statusChanged(this);
      }
    } catch (err) {
      this.kubelet.log(
        `E pod_workers.go:1324] "Error syncing pod, skipping" err="${err instanceof Error ? err.message : String(err)}" pod="${this.pod.metadata.namespace}/${this.pod.metadata.name}"`,
      );
      this.#wakeAt(this.kubelet.clock.now() + RETRY);
    } finally {
      this.#running = false;
      this.#tookOver();
    }
    if (this.#finished && this.#terminating) this.#cleanUp();
  }

  async #sync(): Promise<void> {
    if (this.#finished) return;
    if (this.#terminating || this.#ended) return this.#stopAll();
    if (this.#over()) return this.#stopAll();
    this.#watchDeadline();
    if (this.#ended as PodFacts['ended']) return this.#stopAll();
    if (!(await this.#prepare())) return;
    await this.#adopt();
    const ready = await this.#runInitContainers();
    for (const r of this.records) if (r.role === 'ephemeral' && r.state === 'waiting' && !r.last) await this.#start(r);
    if (ready) for (const r of this.records) if (r.role === 'app') await this.#keepRunning(r);
    if (this.#over()) await this.#stopAll();
    else this.#planResync();
  }

  /** Whether the pod has reached its end by itself. */
  #over(): boolean {
    const phase = phaseOf(this.facts0());
    return phase === 'Succeeded' || phase === 'Failed';
  }

  /** The facts without those that are derived from `#over`. */
  facts0(): PodFacts {
    return {
      pod: this.pod,
      records: this.records,
      hostIP: '',
      podIP: undefined,
      sandboxReady: false,
      startTime: this.startTime,
      ended: this.#ended,
      finished: this.#finished,
      now: 0,
    };
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
      this.#wakeAt(due);
      return;
    }
    const message = 'Pod was active on the node longer than the specified deadline';
    this.#ended = { reason: 'DeadlineExceeded', message };
    this.kubelet.event(this.pod, 'Normal', 'DeadlineExceeded', message);
  }

  /** Volumes and sandbox; false when they are not there yet. */
  async #prepare(): Promise<boolean> {
    const { kubelet, pod } = this;
    const now = kubelet.clock.now();
    const volumes = pod.spec.volumes ?? [];
    const refresh = this.#refreshAt !== 0 && now >= this.#refreshAt;
    if (now < this.#mountAt) {
      this.#wakeAt(this.#mountAt);
      return false;
    }
    for (const volume of volumes) {
      const old = this.#volumes.get(volume.name);
      if (old && !(refresh && old.live)) continue;
      try {
        this.#volumes.set(volume.name, await mountVolume(kubelet.disk, pod, volume, this.#sources(), old));
      } catch (err) {
        if (old) continue;
        const message =
          err instanceof MountError
            ? err.message
            : `MountVolume.SetUp failed for volume ${JSON.stringify(volume.name)} : ${err instanceof Error ? err.message : String(err)}`;
        kubelet.event(pod, 'Warning', 'FailedMount', message);
        this.#mountRetry = Math.min(this.#mountRetry ? this.#mountRetry * 2 : MOUNT_RETRY, LONGEST_MOUNT_RETRY);
        this.#mountAt = now + this.#mountRetry;
        this.#wakeAt(this.#mountAt);
        return false;
      }
    }
    this.#mountRetry = 0;
    this.#mountAt = 0;
    // What users put into ConfigMaps and Secrets follows within a minute or so; the credentials of every pod much later.
    const own = volumes.some((v) => this.#volumes.get(v.name)?.live && !v.name.startsWith('kube-api-access-'));
    if (refresh || this.#refreshAt === 0)
      this.#refreshAt = volumes.length ? now + (own ? RESYNC * (1 + this.#phase / 2) : 45 * RESYNC) : 0;
    if (this.#refreshAt) this.#wakeAt(this.#refreshAt);
    return this.#makeSandbox();
  }

  #makeSandbox(): boolean {
    if (this.sandbox) return true;
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
      this.#wakeAt(kubelet.clock.now() + RETRY);
      return false;
    }
    if (pod.spec.shareProcessNamespace) {
      const table: ProcessTable = new ProcessTable(() => {
        const world = this.records.find((r) => r.live)?.live?.world;
        if (!world) throw new Error('no process without a container');
        return world;
      });
      this.sandbox.processes = table;
    }
    // Shown while images are looked for and containers are made.
    if (!this.#adopting) this.#listener.statusChanged(this);
    return true;
  }

  /** Starts what ran already when this kubelet came, under its old ids. */
  async #adopt(): Promise<void> {
    if (!this.#adopting) return;
    this.#adopting = false;
    for (const r of this.records) if (r.state === 'running' && !r.live) await this.#start(r, true);
  }

  /** Init containers in their order; true once the app containers may run. */
  async #runInitContainers(): Promise<boolean> {
    const appStarted = this.records.some((r) => r.role === 'app' && r.id !== undefined);
    for (const r of this.records) {
      if (r.role === 'sidecar') {
        await this.#keepRunning(r);
        if (!r.started && !appStarted) return false;
      } else if (r.role === 'init' && !appStarted && !succeeded(r)) {
        await this.#keepRunning(r);
        if (!succeeded(r)) return false;
      }
    }
    return true;
  }

  /** Starts a container that should run and does not, when its time has come. */
  async #keepRunning(r: ContainerRecord): Promise<void> {
    const { clock } = this.kubelet;
    if (r.state === 'running') {
      if (r.live && r.image !== undefined && r.spec.image !== r.live.options.image.repository)
        this.#restartWhenChanged(r);
      return;
    }
    const ended = r.state === 'terminated' ? r.terminated : r.last;
    if (!ended) return this.#start(r);
    if (!this.#shouldRestart(r, ended)) return;
    const now = clock.now();
    const noticed = ended.finishedAt + NOTICE;
    if (now < noticed) return this.#wakeAt(noticed);
    if (now < r.backOffUntil) {
      this.#reportBackOff(r, ended);
      return this.#wakeAt(r.backOffUntil);
    }
    // Ten quiet minutes and more forget earlier failures.
    const forget = ended.finishedAt - r.backOffUntil > 2 * LONGEST_BACK_OFF && r.backOffUntil > 0;
    r.backOff = forget || r.backOffUntil === 0 ? FIRST_BACK_OFF : Math.min(r.backOff * 2, LONGEST_BACK_OFF);
    await this.#start(r);
  }

  #shouldRestart(r: ContainerRecord, ended: Terminated): boolean {
    if (r.role === 'ephemeral') return false;
    const policy = r.role === 'sidecar' ? 'Always' : (r.spec.restartPolicy ?? this.pod.spec.restartPolicy ?? 'Always');
    if (r.role === 'init') return policy !== 'Never' && ended.exitCode !== 0;
    return policy === 'Always' || (policy === 'OnFailure' && ended.exitCode !== 0);
  }

  /** The event at once, the waiting state only when the kubelet looks at the pod again. */
  #reportBackOff(r: ContainerRecord, ended: Terminated): void {
    const { pod, kubelet } = this;
    const name = `${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`;
    const id = `${r.spec.name} ${ended.id}`;
    if (!this.#reported.has(id)) {
      this.#reported.add(id);
      kubelet.event(
        pod,
        'Warning',
        'BackOff',
        `Back-off restarting failed container ${r.spec.name} in pod ${name}`,
        fieldPath(r),
      );
    }
    const due = this.#nextResync(ended.finishedAt);
    const now = kubelet.clock.now();
    if (now < due) {
      if (due < r.backOffUntil) this.#wakeAt(due);
      return;
    }
    if (r.state !== 'terminated') return;
    r.last = ended;
    r.terminated = undefined;
    r.state = 'waiting';
    r.waiting = {
      reason: 'CrashLoopBackOff',
      message: `back-off ${formatDuration(r.backOff)} restarting failed container=${r.spec.name} pod=${name}`,
    };
  }

  /** The first of the pod's regular looks after a time. */
  #nextResync(after: number): number {
    const every = RESYNC * (1 + this.#phase / 2);
    return this.startTime + Math.ceil((after - this.startTime + 1) / every) * every;
  }

  #planResync(): void {
    const waits = this.records.some((r) => r.state === 'waiting' && r.waiting && !r.last);
    if (waits) this.#wakeAt(this.kubelet.clock.now() + RETRY);
  }

  #restartWhenChanged(r: ContainerRecord): void {
    const wanted = ensureImage(r, this.kubelet.clock.now());
    if (!('image' in wanted) || wanted.image.name === r.image || r.killing) return;
    this.kubelet.event(
      this.pod,
      'Normal',
      'Killing',
      `Container ${r.spec.name} definition changed, will be restarted`,
      fieldPath(r),
    );
    void this.#kill(r, this.pod.spec.terminationGracePeriodSeconds ?? 30);
  }

  async #start(r: ContainerRecord, adopted = false): Promise<void> {
    const { kubelet, pod, sandbox } = this;
    if (!sandbox) return;
    const now = kubelet.clock.now();
    if (now < r.retryAt) return this.#wakeAt(r.retryAt);
    const event = (type: 'Normal' | 'Warning', reason: string, message: string) => {
      if (!adopted) kubelet.event(pod, type, reason, message, fieldPath(r));
    };
    const had = ensureImage(r, now);
    if (!('image' in had)) {
      for (const e of had.events) event(e.type, e.reason, e.message);
      const retryIn =
        had.reason === 'ErrImagePull'
          ? r.pullBackOff * 0.8
          : had.reason === 'ImagePullBackOff'
            ? r.pullBackOffUntil - now
            : RETRY;
      return this.#wait(r, had.reason, had.message, retryIn);
    }
    const { image } = had;
    const name = JSON.stringify(r.spec.image ?? '');
    if (had.pulled) {
      event('Normal', 'Pulling', `Pulling image ${name}`);
      event(
        'Normal',
        'Pulled',
        `Successfully pulled image ${name} in 312ms (312ms including waiting). Image size: ${image.image.size} bytes.`,
      );
    } else
      event('Normal', 'Pulled', `Container image ${name} already present on machine and can be accessed by the pod`);
    const restarting = r.id !== undefined && !adopted;
    if (restarting) {
      r.last = r.terminated ?? r.last;
      r.terminated = undefined;
      r.restarts++;
    }
    let prepared;
    try {
      prepared = await prepareContainer(pod, r, image, sandbox, this.#volumes, this.#sources(), kubelet);
    } catch (err) {
      if (restarting) r.restarts--;
      const message = err instanceof Error ? err.message : String(err);
      event('Warning', 'Failed', `Error: ${message}`);
      const reason = err instanceof ContainerConfigError ? 'CreateContainerConfigError' : 'CreateContainerError';
      return this.#wait(r, reason, message, RETRY);
    }
    if (!adopted) r.id = newContainerId(kubelet);
    r.image = image.name;
    r.imageId = image.imageId;
    event('Normal', 'Created', 'Container created');
    try {
      r.live = startContainer(pod, r, image, prepared, sandbox, kubelet, adopted);
    } catch (err) {
      if (!(err instanceof StartError)) throw err;
      event('Warning', 'Failed', `Error: ${err.message}`);
      r.log?.close();
      this.#terminated(r, { code: 128 }, { reason: 'StartError', message: err.message, startedAt: 0 });
      return;
    }
    if (!adopted) r.startedAt = now;
    r.state = 'running';
    r.waiting = undefined;
    r.pullBackOff = 0;
    r.killing = false;
    event('Normal', 'Started', 'Container started');
    const { live } = r;
    void live.exited.then((exit) => this.#exited(r, live, exit));
    const hook = r.spec.lifecycle?.postStart;
    if (hook && !adopted) void this.#runHook(r, live, hook);
    else this.#afterStart(r);
  }

  /** Beside the sync, which must not wait for what may take long. */
  async #runHook(r: ContainerRecord, live: Container, hook: LifecycleHandler): Promise<void> {
    const { kubelet, pod } = this;
    const ok = await runPostStart(live, r.spec, hook, this.sandbox?.ip ?? '', kubelet);
    if (r.live !== live || this.#disposed) return;
    if (ok) this.#afterStart(r);
    else {
      kubelet.event(pod, 'Warning', 'FailedPostStartHook', 'PostStartHook failed', fieldPath(r));
      kubelet.event(pod, 'Normal', 'Killing', 'FailedPostStartHook', fieldPath(r));
      void this.#kill(r, pod.spec.terminationGracePeriodSeconds ?? 30);
    }
    this.kick();
  }

  #afterStart(r: ContainerRecord): void {
    const { kubelet, pod, sandbox } = this;
    if (!sandbox || r.state !== 'running') return;
    r.started ||= !r.spec.startupProbe && r.role !== 'init';
    if (r.role === 'init' || r.role === 'ephemeral') return;
    r.stopProbes = startProbes(r, sandbox.ip, kubelet, {
      changed: () => this.kick(),
      event: (reason, message) => kubelet.event(pod, 'Warning', reason, message, fieldPath(r)),
      failed: (message, grace) => {
        kubelet.event(pod, 'Normal', 'Killing', message, fieldPath(r));
        void this.#kill(r, grace ?? pod.spec.terminationGracePeriodSeconds ?? 30);
      },
    });
  }

  #wait(r: ContainerRecord, reason: string, message: string, retryIn: number): void {
    r.retryAt = this.kubelet.clock.now() + retryIn;
    this.#wakeAt(r.retryAt);
    if (r.state === 'terminated') r.last = r.terminated;
    r.state = 'waiting';
    r.waiting = { reason, message };
  }

  #exited(r: ContainerRecord, live: ContainerRecord['live'], exit: Exit): void {
    if (r.live !== live || this.#disposed) return;
    r.log?.close();
    const message = terminationMessage(this.pod, r, exit.code, this.kubelet);
    const reason = exit.oom ? 'OOMKilled' : exit.code === 0 ? 'Completed' : 'Error';
    this.#terminated(r, exit, { reason, message, startedAt: r.startedAt });
    this.kick();
  }

  #terminated(r: ContainerRecord, exit: Exit, about: { reason: string; message?: string; startedAt: number }): void {
    const now = this.kubelet.clock.now();
    r.stopProbes?.();
    r.stopProbes = undefined;
    r.live = undefined;
    r.state = 'terminated';
    r.waiting = undefined;
    r.started = false;
    r.ready = false;
    r.killing = false;
    r.terminated = { id: r.id ?? '', exitCode: exit.code, finishedAt: now, ...about };
    // The first restart is at once; each later one waits longer.
    if (r.backOff) r.backOffUntil = now + r.backOff;
    this.kick();
  }

  async #kill(r: ContainerRecord, grace: number): Promise<void> {
    if (r.killing || !r.live) return;
    r.killing = true;
    await killContainer(this.pod, r, grace, this.sandbox?.ip ?? '', this.kubelet);
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
      void this.#kill(r, grace);
    }
    if (running.length > 0) return;
    this.#finished = this.#terminating !== undefined || this.#over();
    this.sandbox?.network?.remove();
    return Promise.resolve();
  }

  #cleanUp(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#wake?.timer.cancel();
    const { disk } = this.kubelet;
    const { namespace, name } = this.pod.metadata;
    disk.remove(podDir(this.uid));
    disk.remove(`/var/log/pods/${namespace}_${name}_${this.uid}`);
    for (const link of disk.list('/var/log/containers')) {
      if (link.startsWith(`${name}_${namespace}_`)) disk.remove(`/var/log/containers/${link}`);
    }
    this.#listener.gone(this);
  }

  #wakeAt(at: number): void {
    if (this.#disposed) return;
    const { clock } = this.kubelet;
    if (this.#wake && this.#wake.at <= at && this.#wake.at > clock.now()) return;
    this.#wake?.timer.cancel();
    const timer = clock.after(at - clock.now(), () => {
      this.#wake = undefined;
      this.kick();
    });
    this.#wake = { at, timer };
  }

  #sources(): VolumeSources {
    const { kubelet, pod } = this;
    const namespace = pod.metadata.namespace ?? '';
    const own: EnvironmentSources = {
      configMap: (name) => kubelet.configMap(namespace, name),
      secret: (name) => kubelet.secret(namespace, name),
      services: () => kubelet.services(),
      podIP: this.sandbox?.ip ?? this.#oldIp ?? '',
      hostIP: kubelet.ip,
      nodeName: kubelet.node,
      allocatable: kubelet.allocatable(),
    };
    return {
      ...own,
      claim: (name) => kubelet.claim(namespace, name),
      persistentVolume: (name) => kubelet.persistentVolume(name),
      token: (source) => kubelet.token(pod, source),
      now: () => kubelet.clock.now(),
    };
  }
}

function fieldPath(r: ContainerRecord): string {
  const list = r.role === 'ephemeral' ? 'ephemeralContainers' : r.role === 'app' ? 'containers' : 'initContainers';
  return `spec.${list}{${r.spec.name}}`;
}

/** `10s`, `2m40s`, `5m0s`. */
function formatDuration(ms: number): string {
  const s = Math.round(ms / 1000);
  return s < 60 ? `${s}s` : `${Math.floor(s / 60)}m${s % 60}s`;
}
