import type { Activity } from '../../kit/activity.ts';
import type { Clock } from '../../kit/clock.ts';
import { Recent } from '../../kit/recent.ts';
import type { Client } from '../client/client.ts';
import { eventNames, referenceTo, type EventType } from '../client/event-recorder.ts';
import { formatMicroTime } from '../machinery/object.ts';
import { isNotFound } from '../machinery/status-error.ts';
import { events, pods } from '../schema/generated/resources.ts';
import type { Event, Pod } from '../schema/generated/types.ts';

/** How often the count of a running series is written. */
const FLUSH_EVERY = 360_000;
const CAPACITY = 512;

interface Series {
  name: string;
  namespace: string;
  count: number;
  writtenAt: number;
}

/** Records events about pods as client-go's tools/events does (the newer event API): repetitions become a series. */
export class EventSeries {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #activity: Activity;
  readonly #reporter: { reportingComponent: string; reportingInstance: string };
  readonly #series = new Recent<Series>(CAPACITY);
  readonly #nameFor: (name: string) => string;
  #last: Promise<void> = Promise.resolve();

  constructor(client: Client, clock: Clock, activity: Activity, component: string, node: string) {
    this.#client = client;
    this.#clock = clock;
    this.#activity = activity;
    this.#reporter = { reportingComponent: component, reportingInstance: `${component}-${node}` };
    this.#nameFor = eventNames(clock);
  }

  event(pod: Pod, type: EventType, reason: string, action: string, message: string, related?: Pod): void {
    const now = this.#clock.now();
    const { namespace = '', name } = pod.metadata;
    const event: Event = {
      metadata: { name: this.#nameFor(name), namespace },
      involvedObject: referenceTo(pods, pod),
      ...(related ? { related: referenceTo(pods, related) } : {}),
      eventTime: formatMicroTime(now),
      type,
      reason,
      action,
      message,
      ...this.#reporter,
    };
    // A lost event is nobody's failure.
    const write = () => this.#write(event, now).catch(() => undefined);
    this.#last = this.#activity.track(this.#last.then(write));
  }

  async #write(event: Event, now: number): Promise<void> {
    const key = JSON.stringify([event.involvedObject, event.related, event.type, event.reason, event.action]);
    const series = this.#series.get(key);
    if (series) {
      series.count++;
      if (series.count > 2 && now - series.writtenAt < FLUSH_EVERY) return;
      series.writtenAt = now;
      const { count, name, namespace } = series;
      try {
        const patch = { series: { count, lastObservedTime: formatMicroTime(now) } };
        await this.#client.patch(events, namespace, name, 'strategic', patch);
        return;
      } catch (error) {
        this.#series.delete(key);
        if (!isNotFound(error)) throw error;
      }
    }
    const { metadata } = await this.#client.create(events, event);
    this.#series.set(key, { name: metadata.name, namespace: metadata.namespace ?? '', count: 1, writtenAt: now });
  }
}
