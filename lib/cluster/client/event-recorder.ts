import type { Activity } from '../../kit/activity.ts';
import type { Clock, Timer } from '../../kit/clock.ts';
import { formatTime, type KubeObject } from '../machinery/object.ts';
import { apiVersionOf, type Resource } from '../machinery/resource.ts';
import { isNotFound, statusOf } from '../machinery/status-error.ts';
import { events } from '../schema/generated/resources.ts';
import type { Event, ObjectReference } from '../schema/generated/types.ts';
import type { Client } from './client.ts';
import { EventCorrelator } from './event-correlator.ts';

export interface EventRecorderOptions {
  client: Client;
  clock: Clock;
  activity: Activity;
  /** Event's source.component: `deployment-controller`. */
  component: string;
  /** Event's source.host, for what runs on a node. */
  host?: string;
}

export type EventType = 'Normal' | 'Warning';

export interface EventRecorder {
  /** Records without waiting: in order, and never failing its caller. `fieldPath` names a part: `spec.containers{web}`. */
  event<T extends KubeObject>(
    resource: Resource<T>,
    object: T,
    type: EventType,
    reason: string,
    message: string,
    fieldPath?: string,
  ): void;
  /** Forgets what is still unsent. */
  stop(): void;
}

/** How long an event is tried again while the API server is away, and how often (client-go: 12 times, 10 s). */
const PATIENCE = 120_000;
const RETRY_DELAY = 10_000;

/** What an event says it is about. */
export function referenceTo(resource: Resource, object: KubeObject, fieldPath?: string): ObjectReference {
  const { namespace, name, uid, resourceVersion } = object.metadata;
  return {
    kind: resource.kind,
    ...(namespace ? { namespace } : {}),
    name,
    ...(uid ? { uid } : {}),
    apiVersion: apiVersionOf(resource),
    ...(resourceVersion ? { resourceVersion } : {}),
    ...(fieldPath ? { fieldPath } : {}),
  };
}

/** A unique event name in upstream's form: the object's name and nanoseconds in hexadecimal. */
export function eventNames(clock: Clock): (name: string) => string {
  let last = 0n;
  return (name) => {
    const now = BigInt(clock.now()) * 1_000_000n;
    last = now > last ? now : last + 1n;
    return `${name}.${last.toString(16)}`;
  };
}

/** Records events as client-go's tools/record does: repeated ones are counted, floods are merged and then dropped. */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { client, clock, activity, component, host } = options;
  const correlator = new EventCorrelator(clock);
  const nameFor = eventNames(clock);
  const queue: { event: Event; since: number }[] = [];
  let sending = false;
  let retry: Timer | undefined;
  let stopped = false;

  const write = async (event: Event): Promise<void> => {
    const known = correlator.correlate(event);
    if (known === 'drop') return;
    if (known.stored) {
      const { name, namespace = '' } = known.stored;
      const { count, message, lastTimestamp } = known.event;
      try {
        await client.patch(events, namespace, name, 'strategic', { count, message, lastTimestamp });
        return;
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
    const stored = await client.create(events, known.event);
    correlator.remember(known, stored.metadata);
  };

  /** Whether all is sent; false when the server must be waited for. */
  const send = async (): Promise<boolean> => {
    for (let next = queue[0]; next && !stopped; next = queue[0]) {
      try {
        await write(next.event);
      } catch (error) {
        // What the server refuses is lost, as upstream loses it; an absent server is waited for.
        if (!statusOf(error) && clock.now() - next.since < PATIENCE) {
          retry ??= clock.after(RETRY_DELAY, () => {
            retry = undefined;
            start();
          });
          return false;
        }
      }
      queue.shift();
    }
    return true;
  };

  const start = (): void => {
    if (sending || stopped) return;
    sending = true;
    const sent = send().then((done) => {
      sending = false;
      // What was recorded since the last look at the queue.
      if (done && queue.length > 0) start();
    });
    void activity.track(sent);
  };

  return {
    event(resource, object, type, reason, message, fieldPath) {
      if (stopped) return;
      const now = formatTime(clock.now());
      const { namespace = 'default', name } = object.metadata;
      queue.push({
        since: clock.now(),
        event: {
          metadata: { name: nameFor(name), namespace: namespace || 'default' },
          involvedObject: referenceTo(resource, object, fieldPath),
          reason,
          message,
          source: { component, ...(host ? { host } : {}) },
          firstTimestamp: now,
          lastTimestamp: now,
          count: 1,
          type,
          reportingComponent: component,
          reportingInstance: host ?? '',
        },
      });
      // The server may be back before the next try is due.
      start();
    },
    stop() {
      stopped = true;
      queue.length = 0;
    },
  };
}
