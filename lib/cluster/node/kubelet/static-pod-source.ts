import { watch, type FSWatcher } from 'node:fs';
import type { Timer } from '../../../kit/clock.ts';
import type { Client } from '../../client/client.ts';
import { formatTime } from '../../machinery/object.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import { pods } from '../../schema/generated/resources.ts';
import type { Pod } from '../../schema/generated/types.ts';
import type { Disk } from '../machine.ts';
import type { KubeletOptions } from './kubelet.ts';
import { looksLikeMirror, MIRROR, mirrorOf, readStaticPods, type StaticPod } from './static-pods.ts';

/** fileCheckFrequency's default: when the directory itself was replaced, or cannot be watched, changes are found then. */
const CHECK = 20_000;
/** How often the kubelet clears away mirrors whose manifest is gone. */
const HOUSEKEEPING = 2_000;
/** Editors write a file in several steps. */
const SETTLE = 100;

/** The pods of the manifests directory, and the mirror pods that stand for them in the API. */
export class StaticPodSource {
  readonly #options: KubeletOptions;
  readonly #changed: (found: { added: Pod[]; removed: string[] }) => void;
  #pods = new Map<string, StaticPod>();
  #gone = new Set<string>();
  #watcher: FSWatcher | undefined;
  #timer: Timer | undefined;
  #soon: Timer | undefined;
  #complained = '';
  /** Of mirrors that are to be cleared away, by uid. */
  readonly #orphans = new Map<string, Timer>();
  /** When the directory had last changed as it was read: its files' changes are told by the watch. */
  #readAt: number | undefined;
  /** Static pods that were there when the kubelet came: an earlier kubelet's mirror of them is as good as its own. */
  #initial = new Set<string>();

  constructor(options: KubeletOptions, changed: (found: { added: Pod[]; removed: string[] }) => void) {
    this.#options = options;
    this.#changed = changed;
  }

  start(): void {
    const { config, disk } = this.#options;
    const dir = config.staticPodPath;
    if (!dir) return;
    this.#scan(dir);
    this.#initial = new Set(this.#pods.keys());
    this.#watch(dir);
    const again = () => {
      this.#timer = this.#options.clock.after(CHECK, () => {
        if (!this.#watcher || changedAt(disk, dir) !== this.#readAt) {
          this.#watch(dir);
          this.#scan(dir);
        }
        again();
      });
    };
    again();
    if (!disk.fs.exists(dir))
      this.#options.log(
        `E file.go:109] "Unable to process watch event" err="unable to read config path \\"${dir}\\": path does not exist, ignoring"`,
      );
  }

  stop(): void {
    this.#timer?.cancel();
    this.#soon?.cancel();
    this.#watcher?.close();
    for (const timer of this.#orphans.values()) timer.cancel();
  }

  owns(uid: string): boolean {
    return this.#pods.has(uid) || this.#gone.has(uid);
  }

  /** The uid of the static pod that a mirror stands for. */
  uidOf(mirror: Pod): string | undefined {
    return this.#find(mirror)?.hash;
  }

  #find(mirror: Pod): StaticPod | undefined {
    return [...this.#pods.values()].find(({ pod }) => sameName(pod, mirror));
  }

  /** Whether a mirror was made by an earlier kubelet from the manifest that is still there. */
  inherited(mirror: Pod): boolean {
    const found = this.#find(mirror);
    return found !== undefined && this.#initial.has(found.hash) && looksLikeMirror(mirror, found.pod);
  }

  /** Makes the mirrors that are missing. */
  async makeMirrors(client: Client, mirrors: ReadonlyMap<string, Pod>, nodeUid: string): Promise<void> {
    for (const { pod, hash } of this.#pods.values()) {
      if (mirrors.has(`${pod.metadata.namespace}/${pod.metadata.name}`)) continue;
      try {
        await client.create(pods, mirrorOf(pod, hash, nodeUid));
      } catch (err) {
        this.#options.log(
          `E kubelet.go:3311] "Failed creating a mirror pod" err="${err instanceof Error ? err.message : String(err)}" pod="${pod.metadata.namespace}/${pod.metadata.name}"`,
        );
      }
    }
  }

  /** Removes a mirror that stands for another manifest than the one that is there, and soon one whose manifest is gone. */
  async reconcileMirror(client: Client, mirror: Pod): Promise<void> {
    const found = this.#find(mirror);
    if (!found) return this.#removeLater(client, mirror);
    const right =
      !mirror.metadata.deletionTimestamp &&
      (mirror.metadata.annotations?.[MIRROR] === found.hash || this.inherited(mirror));
    if (!right) await this.#remove(client, mirror);
  }

  #removeLater(client: Client, mirror: Pod): void {
    const { uid = '' } = mirror.metadata;
    if (this.#orphans.has(uid)) return;
    const { clock, activity } = this.#options;
    const timer = clock.after(HOUSEKEEPING, () => {
      this.#orphans.delete(uid);
      void activity.track(this.#find(mirror) ? this.reconcileMirror(client, mirror) : this.#remove(client, mirror));
    });
    this.#orphans.set(uid, timer);
  }

  async #remove(client: Client, mirror: Pod): Promise<void> {
    try {
      const { namespace = '', name, uid } = mirror.metadata;
      await client.delete(pods, namespace, name, { gracePeriodSeconds: 0, ...(uid ? { preconditions: { uid } } : {}) });
    } catch (err) {
      if (!isNotFound(err))
        this.#options.log(
          `E kubelet.go:3298] "Failed deleting a mirror pod" err="${err instanceof Error ? err.message : String(err)}"`,
        );
    }
  }

  #watch(dir: string): void {
    this.#watcher?.close();
    try {
      this.#watcher = watch(this.#options.disk.hostPath(dir), { persistent: false }, () => {
        this.#soon?.cancel();
        this.#soon = this.#options.clock.after(SETTLE, () => this.#scan(dir));
      });
      this.#watcher.on('error', () => {
        this.#watcher?.close();
        this.#watcher = undefined;
      });
    } catch {
      // No directory, or no watches left on the host: the regular check finds changes.
      this.#watcher = undefined;
    }
  }

  #scan(dir: string): void {
    const { disk, node, clock, log } = this.#options;
    this.#readAt = changedAt(disk, dir);
    const complaints: string[] = [];
    const found = readStaticPods(disk, dir, node, formatTime(clock.now()), (line) => complaints.push(line));
    const text = complaints.join('\n');
    if (text !== this.#complained) for (const line of complaints) log(line);
    this.#complained = text;
    const next = new Map(found.map((p) => [p.hash, this.#pods.get(p.hash) ?? p]));
    const removed = [...this.#pods.keys()].filter((uid) => !next.has(uid));
    const added = [...next.values()].filter((p) => !this.#pods.has(p.hash)).map((p) => p.pod);
    if (added.length === 0 && removed.length === 0) return;
    for (const uid of removed) this.#gone.add(uid);
    for (const { metadata } of added) this.#gone.delete(metadata.uid ?? '');
    this.#pods = next;
    this.#changed({ added, removed });
  }
}

function changedAt(disk: Disk, dir: string): number | undefined {
  try {
    return disk.fs.stat(dir).mtime;
  } catch {
    return undefined;
  }
}

function sameName(a: Pod, b: Pod): boolean {
  return a.metadata.name === b.metadata.name && a.metadata.namespace === b.metadata.namespace;
}
