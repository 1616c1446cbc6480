import type { LifecycleHandler } from '../../schema/generated/types.ts';
import { StartError, type Container } from '../runtime/container.ts';
import type { Exit } from '../runtime/process.ts';
import { fieldPath, type ContainerRecord, type Terminated } from './container-record.ts';
import { newContainerId, prepareContainer, startContainer, terminationMessage } from './container-starter.ts';
import { ContainerConfigError } from './environment.ts';
import { ensureImage } from './image-puller.ts';
import { killContainer, runPostStart } from './lifecycle.ts';
import type { PodContext } from './pod-context.ts';
import { podSources, type PodVolumes } from './pod-volumes.ts';
import { startProbes } from './prober.ts';

/** How long until the kubelet notices that a container has ended. */
export const NOTICE = 1_000;
const FIRST_BACK_OFF = 10_000;
const LONGEST_BACK_OFF = 300_000;
/** Between two looks at a container whose image or configuration is missing. */
export const RETRY = 12_000;

/** Starts, starts again and kills the containers of one pod. What becomes of each stands in its record. */
export class ContainerRunner {
  readonly context: PodContext;
  readonly #volumes: PodVolumes;
  readonly #reported = new Set<string>();

  constructor(context: PodContext, volumes: PodVolumes) {
    this.context = context;
    this.#volumes = volumes;
  }

  /** Starts a container that should run and does not, when its time has come. */
  async keepRunning(r: ContainerRecord): Promise<void> {
    const { clock } = this.context.kubelet;
    if (r.state === 'running') {
      if (r.live && r.image !== undefined && r.spec.image !== r.live.options.image.repository)
        this.#restartWhenChanged(r);
      return;
    }
    const ended = r.state === 'terminated' ? r.terminated : r.last;
    if (!ended) return this.start(r);
    if (!this.#shouldRestart(r, ended)) return;
    const now = clock.now();
    const noticed = ended.finishedAt + NOTICE;
    if (now < noticed) return this.context.wakeAt(noticed);
    if (now < r.backOffUntil) {
      this.#reportBackOff(r, ended);
      return this.context.wakeAt(r.backOffUntil);
    }
    // Ten quiet minutes and more forget earlier failures.
    const forget = ended.finishedAt - r.backOffUntil > 2 * LONGEST_BACK_OFF && r.backOffUntil > 0;
    r.backOff = forget || r.backOffUntil === 0 ? FIRST_BACK_OFF : Math.min(r.backOff * 2, LONGEST_BACK_OFF);
    await this.start(r);
  }

  #shouldRestart(r: ContainerRecord, ended: Terminated): boolean {
    if (r.role === 'ephemeral') return false;
    const policy =
      r.role === 'sidecar' ? 'Always' : (r.spec.restartPolicy ?? this.context.pod.spec.restartPolicy ?? 'Always');
    if (r.role === 'init') return policy !== 'Never' && ended.exitCode !== 0;
    return policy === 'Always' || (policy === 'OnFailure' && ended.exitCode !== 0);
  }

  /** The event at once, the waiting state only when the kubelet looks at the pod again. */
  #reportBackOff(r: ContainerRecord, ended: Terminated): void {
    const { pod, kubelet } = this.context;
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
    const due = this.#nextLook(r, ended.finishedAt);
    const now = kubelet.clock.now();
    if (now < due) {
      if (due < r.backOffUntil) this.context.wakeAt(due);
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

  /** When the kubelet looks at the pod again after a container has ended: at its regular time, or when a probe meets a new container. */
  #nextLook(r: ContainerRecord, after: number): number {
    const { startTime, resyncPeriod: every } = this.context;
    const probes = [r.spec.readinessProbe, r.spec.startupProbe].filter((probe) => probe !== undefined);
    return Math.min(
      startTime + Math.ceil((after - startTime + 1) / every) * every,
      ...probes.map(({ periodSeconds = 10 }) => after + periodSeconds * 1000),
    );
  }

  #restartWhenChanged(r: ContainerRecord): void {
    const wanted = ensureImage(r, this.context.kubelet.clock.now());
    if (!('image' in wanted) || wanted.image.name === r.image || r.killing) return;
    this.context.kubelet.event(
      this.context.pod,
      'Normal',
      'Killing',
      `Container ${r.spec.name} definition changed, will be restarted`,
      fieldPath(r),
    );
    void this.kill(r, this.context.pod.spec.terminationGracePeriodSeconds ?? 30);
  }

  async start(r: ContainerRecord, adopted = false): Promise<void> {
    const { kubelet, pod, sandbox } = this.context;
    if (!sandbox) return;
    const now = kubelet.clock.now();
    if (now < r.retryAt) return this.context.wakeAt(r.retryAt);
    const event = (type: 'Normal' | 'Warning', reason: string, message: string) => {
      if (!adopted) kubelet.event(pod, type, reason, message, fieldPath(r));
    };
    const had = ensureImage(r, now);
    if (!('image' in had)) {
      for (const e of had.events) event(e.type, e.reason, e.message);
      // The first failure is looked at again at once, as the pod's sandbox has just started: this tells of the back-off.
      const justStarted = had.reason === 'ErrImagePull' && r.waiting === undefined;
      return this.#wait(r, had.reason, had.message, justStarted ? NOTICE : RETRY);
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
      prepared = await prepareContainer(
        pod,
        r,
        image,
        sandbox,
        this.#volumes.mounted,
        podSources(this.context),
        kubelet,
      );
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
    const { kubelet, pod } = this.context;
    const ok = await runPostStart(live, r.spec, hook, this.context.sandbox?.ip ?? '', kubelet);
    if (r.live !== live || this.context.disposed) return;
    if (ok) this.#afterStart(r);
    else {
      kubelet.event(pod, 'Warning', 'FailedPostStartHook', 'PostStartHook failed', fieldPath(r));
      kubelet.event(pod, 'Normal', 'Killing', 'FailedPostStartHook', fieldPath(r));
      void this.kill(r, pod.spec.terminationGracePeriodSeconds ?? 30);
    }
    this.context.kick();
  }

  #afterStart(r: ContainerRecord): void {
    if (r.state !== 'running') return;
    r.started ||= !r.spec.startupProbe && r.role !== 'init';
    this.watch(r);
  }

  /** Probes a container that runs. */
  watch(r: ContainerRecord): void {
    const { kubelet, pod, sandbox } = this.context;
    if (!sandbox || r.state !== 'running' || r.role === 'init' || r.role === 'ephemeral') return;
    r.stopProbes = startProbes(r, sandbox.ip, kubelet, {
      changed: () => this.context.kick(),
      event: (reason, message) => kubelet.event(pod, 'Warning', reason, message, fieldPath(r)),
      failed: (message, grace) => {
        kubelet.event(pod, 'Normal', 'Killing', message, fieldPath(r));
        void this.kill(r, grace ?? pod.spec.terminationGracePeriodSeconds ?? 30);
      },
    });
  }

  #wait(r: ContainerRecord, reason: string, message: string, retryIn: number): void {
    r.retryAt = this.context.kubelet.clock.now() + retryIn;
    this.context.wakeAt(r.retryAt);
    if (r.state === 'terminated') r.last = r.terminated;
    r.state = 'waiting';
    r.waiting = { reason, message };
  }

  #exited(r: ContainerRecord, live: ContainerRecord['live'], exit: Exit): void {
    if (r.live !== live || this.context.disposed) return;
    r.log?.close();
    const message = terminationMessage(this.context.pod, r, exit.code, this.context.kubelet);
    const reason = exit.oom ? 'OOMKilled' : exit.code === 0 ? 'Completed' : 'Error';
    this.#terminated(r, exit, { reason, message, startedAt: r.startedAt });
    this.context.kick();
  }

  #terminated(r: ContainerRecord, exit: Exit, about: { reason: string; message?: string; startedAt: number }): void {
    const now = this.context.kubelet.clock.now();
    r.stopProbes?.();
    r.stopProbes = undefined;
    r.layer?.stop();
    r.live = undefined;
    r.state = 'terminated';
    r.waiting = undefined;
    r.started = false;
    r.ready = false;
    r.killing = false;
    r.terminated = { id: r.id ?? '', exitCode: exit.code, finishedAt: now, ...about };
    // The first restart is at once; each later one waits longer.
    if (r.backOff) r.backOffUntil = now + r.backOff;
    this.context.kick();
  }

  async kill(r: ContainerRecord, grace: number): Promise<void> {
    if (r.killing || !r.live) return;
    r.killing = true;
    await killContainer(this.context.pod, r, grace, this.context.sandbox?.ip ?? '', this.context.kubelet);
  }
}

/** `10s`, `2m40s`, `5m0s`. */
function formatDuration(ms: number): string {
  const s = Math.round(ms / 1000);
  return s < 60 ? `${s}s` : `${Math.floor(s / 60)}m${s % 60}s`;
}
