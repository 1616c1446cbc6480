import type { Clock } from '../../kit/clock.ts';
import { Recent } from '../../kit/recent.ts';
import type { ObjectMeta } from '../machinery/object.ts';
import type { Event } from '../schema/generated/types.ts';

/** client-go's EventCorrelator: limits of a flood about one object. */
const BURST = 25;
const REFILL_MS = 300_000;
/** More different messages than this in ten minutes become one event. */
const SIMILAR = 10;
const SIMILAR_WINDOW_MS = 600_000;
/** How many keys each memory holds (upstream: 4096; a learner's cluster needs far less). */
const CAPACITY = 1024;

export interface Correlated {
  event: Event;
  key: string;
  /** Where the event stands already, if it is a repetition. */
  stored?: ObjectMeta;
}

/** Decides what becomes of an event: a new object, a higher count of an old one, or nothing. */
export class EventCorrelator {
  readonly #clock: Clock;
  readonly #budgets = new Recent<{ tokens: number; at: number }>(CAPACITY);
  readonly #similar = new Recent<{ messages: Set<string>; at: number }>(CAPACITY);
  readonly #seen = new Recent<{ count: number; firstTimestamp: string | undefined; stored: ObjectMeta }>(CAPACITY);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  correlate(event: Event): Correlated | 'drop' {
    const { involvedObject: about, source, type, reason } = event;
    const object = [
      source?.component,
      source?.host,
      about.kind,
      about.namespace,
      about.name,
      about.uid,
      about.apiVersion,
    ];
    const group = [...object, type, reason].join('\0');
    const merged = this.#isFlood(group, event.message ?? '');
    if (!this.#spend(object.join('\0'))) return 'drop';
    const message = merged ? `(combined from similar events): ${event.message}` : event.message;
    const key = merged ? group : [group, about.fieldPath, event.message].join('\0');
    const seen = this.#seen.get(key);
    if (!seen) return { key, event: { ...event, message } };
    seen.count++;
    const repeated = { ...event, message, count: seen.count, firstTimestamp: seen.firstTimestamp };
    return { key, event: repeated, stored: seen.stored };
  }

  remember({ key, event }: Correlated, stored: ObjectMeta): void {
    const { name, namespace } = stored;
    this.#seen.set(key, {
      count: event.count ?? 1,
      firstTimestamp: event.firstTimestamp,
      stored: { name, ...(namespace ? { namespace } : {}) },
    });
  }

  #isFlood(group: string, message: string): boolean {
    const now = this.#clock.now();
    let similar = this.#similar.get(group);
    if (!similar || now - similar.at > SIMILAR_WINDOW_MS) similar = { messages: new Set<string>(), at: now };
    if (similar.messages.size < SIMILAR) similar.messages.add(message);
    const flood = similar.messages.size >= SIMILAR && !similar.messages.has(message);
    similar.at = now;
    this.#similar.set(group, similar);
    return flood;
  }

  #spend(object: string): boolean {
    const now = this.#clock.now();
    const budget = this.#budgets.get(object) ?? { tokens: BURST, at: now };
    const tokens = Math.min(BURST, budget.tokens + (now - budget.at) / REFILL_MS);
    this.#budgets.set(object, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
    return tokens >= 1;
  }
}
