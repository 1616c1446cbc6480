import type { PodContext } from './pod-context.ts';
import type { EnvironmentSources } from './environment.ts';
import { MountError, type VolumeSources } from './volume-sources.ts';
import { mountVolume, type MountedVolume } from './volumes.ts';

/** Between two tries to mount what cannot be mounted. */
const MOUNT_RETRY = 2_000;
const LONGEST_MOUNT_RETRY = 122_000;
/** How often the credentials of every pod are looked at: just after four fifths of their 3,607 seconds. */
const CREDENTIALS_REFRESH = 49 * 60_000;

/** The volumes of one pod: mounted before its containers start, tried again while they cannot be, renewed as their sources change. */
export class PodVolumes {
  readonly mounted = new Map<string, MountedVolume>();
  readonly context: PodContext;
  #mountRetry = 0;
  #mountAt = 0;
  #refreshAt = 0;

  constructor(context: PodContext) {
    this.context = context;
  }

  /** Sets up what is not there yet and renews what is due; false when a volume is missing still. */
  async prepare(): Promise<boolean> {
    const { context } = this;
    const { kubelet, pod } = context;
    const now = kubelet.clock.now();
    const volumes = pod.spec.volumes ?? [];
    const refresh = this.#refreshAt !== 0 && now >= this.#refreshAt;
    if (now < this.#mountAt) {
      context.wakeAt(this.#mountAt);
      return false;
    }
    for (const volume of volumes) {
      const old = this.mounted.get(volume.name);
      if (old && !(refresh && old.live)) continue;
      try {
        this.mounted.set(volume.name, await mountVolume(kubelet.disk, pod, volume, podSources(context), old));
      } catch (err) {
        if (old) continue;
        const message =
          err instanceof MountError
            ? err.message
            : `MountVolume.SetUp failed for volume ${JSON.stringify(volume.name)} : ${err instanceof Error ? err.message : String(err)}`;
        if (message) kubelet.event(pod, 'Warning', 'FailedMount', message);
        this.#mountRetry = Math.min(this.#mountRetry ? this.#mountRetry * 2 : MOUNT_RETRY, LONGEST_MOUNT_RETRY);
        this.#mountAt = now + this.#mountRetry;
        context.wakeAt(this.#mountAt);
        return false;
      }
    }
    this.#mountRetry = 0;
    this.#mountAt = 0;
    // What users put into ConfigMaps and Secrets follows within a minute or so; the credentials of every pod much later.
    const own = volumes.some((v) => this.mounted.get(v.name)?.live && !v.name.startsWith('kube-api-access-'));
    if (refresh || this.#refreshAt === 0)
      this.#refreshAt = volumes.length ? now + (own ? context.resyncPeriod : CREDENTIALS_REFRESH) : 0;
    if (this.#refreshAt) context.wakeAt(this.#refreshAt);
    return true;
  }
}

/** What the volumes and variables of a pod are made from. */
export function podSources({ kubelet, pod, podIP }: PodContext): VolumeSources {
  const namespace = pod.metadata.namespace ?? '';
  const own: EnvironmentSources = {
    configMap: (name) => kubelet.configMap(namespace, name),
    secret: (name) => kubelet.secret(namespace, name),
    services: () => kubelet.services(),
    podIP: podIP ?? '',
    hostIP: kubelet.ip,
    nodeName: kubelet.node,
    allocatable: kubelet.allocatable(),
  };
  return {
    ...own,
    claim: (name) => kubelet.claim(namespace, name),
    persistentVolume: (name) => kubelet.persistentVolume(name),
    csiState: (volume) => kubelet.csiState(volume),
    token: (source) => kubelet.token(pod, source),
    now: () => kubelet.clock.now(),
  };
}
