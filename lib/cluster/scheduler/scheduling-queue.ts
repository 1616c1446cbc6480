import type { Clock, Timer } from '../../kit/clock.ts';
import type { Pod } from '../schema/generated/types.ts';

/** Upstream's podInitialBackoffSeconds, podMaxBackoffSeconds, and how long a rejected pod waits for an event at most. */
const FIRST_BACKOFF = 1_000;
const LONGEST_BACKOFF = 10_000;
const LONGEST_WAIT = 300_000;

/** Whether something that happened may let in a pod that this plugin rejected. */
type CouldHelp = (plugin: string, pod: Pod) => boolean;

interface Entry {
  pod: Pod;
  attempts: number;
  queuedAt: number;
  order: number;
  /** Plugins that rejected the pod in its last attempt; empty after an error. */
  rejectedBy: ReadonlySet<string>;
  failedAt: number;
  state: 'active' | 'backing-off' | 'waiting' | 'in-flight';
  timer?: Timer;
  /** What happened while the pod was being tried: whom it could help. */
  meanwhile: CouldHelp[];
}

/**
 * Pods to schedule: active ones by priority, then age; rejected ones wait for an event that could help, and for their
 * back-off (1 s doubling to 10 s).
 */
export class SchedulingQueue {
  readonly #clock: Clock;
  readonly #onActive: () => void;
  readonly #entries = new Map<string, Entry>();
  #active: Entry[] = [];
  #order = 0;

  constructor(clock: Clock, onActive: () => void) {
    this.#clock = clock;
    this.#onActive = onActive;
  }

  /** A pod that is new, or whose change may let it in. */
  add(pod: Pod): void {
    const { uid = '' } = pod.metadata;
    const known = this.#entries.get(uid);
    if (known) {
      known.pod = pod;
      if (known.state === 'waiting') this.#wake(known);
      else if (known.state === 'in-flight') known.meanwhile.push(() => true);
      return;
    }
    const entry: Entry = {
      pod,
      attempts: 0,
      queuedAt: this.#clock.now(),
      order: this.#order++,
      rejectedBy: new Set(),
      failedAt: 0,
      state: 'active',
      meanwhile: [],
    };
    this.#entries.set(uid, entry);
    this.#activate(entry);
  }

  /** A change that cannot let the pod in. */
  refresh(pod: Pod): void {
    const known = this.#entries.get(pod.metadata.uid ?? '');
    if (known) known.pod = pod;
  }

  remove(pod: Pod): void {
    const entry = this.#entries.get(pod.metadata.uid ?? '');
    if (!entry) return;
    entry.timer?.cancel();
    this.#entries.delete(pod.metadata.uid ?? '');
    if (entry.state === 'active') this.#active = this.#active.filter((e) => e !== entry);
  }

  get size(): number {
    return this.#active.length;
  }

  pop(): Pod | undefined {
    const entry = this.#active.pop();
    if (!entry) return undefined;
    entry.state = 'in-flight';
    entry.meanwhile = [];
    entry.attempts++;
    return entry.pod;
  }

  /** The pod just popped found no node. */
  reject(pod: Pod, rejectedBy: ReadonlySet<string>): void {
    const entry = this.#entries.get(pod.metadata.uid ?? '');
    if (!entry) return;
    entry.rejectedBy = rejectedBy;
    entry.failedAt = this.#clock.now();
    const helped = [...rejectedBy].some((plugin) => entry.meanwhile.some((couldHelp) => couldHelp(plugin, entry.pod)));
    if (helped || rejectedBy.size === 0) return this.#wake(entry);
    entry.state = 'waiting';
    entry.timer = this.#clock.after(LONGEST_WAIT, () => this.#activate(entry));
  }

  /** Wakes the rejected pods that `couldHelp` names. */
  event(couldHelp: CouldHelp): void {
    for (const entry of this.#entries.values()) {
      if (entry.state === 'in-flight') entry.meanwhile.push(couldHelp);
      else if (entry.state === 'waiting' && [...entry.rejectedBy].some((plugin) => couldHelp(plugin, entry.pod)))
        this.#wake(entry);
    }
  }

  stop(): void {
    for (const entry of this.#entries.values()) entry.timer?.cancel();
    this.#entries.clear();
    this.#active = [];
  }

  #wake(entry: Entry): void {
    entry.timer?.cancel();
    const backoff = Math.min(FIRST_BACKOFF * 2 ** Math.max(0, entry.attempts - 1), LONGEST_BACKOFF);
    const left = entry.failedAt + backoff - this.#clock.now();
    if (entry.attempts === 0 || left <= 0) return this.#activate(entry);
    entry.state = 'backing-off';
    entry.timer = this.#clock.after(left, () => this.#activate(entry));
  }

  #activate(entry: Entry): void {
    if (!this.#entries.has(entry.pod.metadata.uid ?? '')) return;
    entry.timer?.cancel();
    entry.state = 'active';
    // The best one stands last.
    const at = this.#active.findIndex((other) => before(other, entry));
    this.#active.splice(at < 0 ? this.#active.length : at, 0, entry);
    this.#onActive();
  }
}

function before(a: Entry, b: Entry): boolean {
  const byPriority = (a.pod.spec.priority ?? 0) - (b.pod.spec.priority ?? 0);
  return (
    byPriority > 0 ||
    (byPriority === 0 && (a.queuedAt < b.queuedAt || (a.queuedAt === b.queuedAt && a.order < b.order)))
  );
}
