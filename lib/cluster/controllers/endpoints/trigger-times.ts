import { formatTime, objectKey } from '../../machinery/object.ts';
import type { Pod, Service } from '../../schema/generated/types.ts';

/** When a pod last became ready or unready, or a service came; 0 when never. */
const timeOfPod = ({ status }: Pod) =>
  Date.parse(status?.conditions?.find((c) => c.type === 'Ready')?.lastTransitionTime ?? '') || 0;
const timeOfService = ({ metadata }: Service) => Date.parse(metadata.creationTimestamp ?? '') || 0;

/**
 * What made the endpoints of each service change (upstream: endpointslice/util, TriggerTimeTracker): the earliest of the
 * times that are newer than at the last look. Only pods and the service itself count, not what its spec says.
 */
export class TriggerTimes {
  readonly #seen = new Map<string, { service: number; pods: ReadonlyMap<string, number> }>();

  /** RFC 3339; undefined when nothing that counts has changed. */
  next(service: Service, pods: readonly Pod[]): string | undefined {
    const key = objectKey(service);
    const before = this.#seen.get(key);
    const now = { service: timeOfService(service), pods: new Map(pods.map((p) => [p.metadata.name, timeOfPod(p)])) };
    this.#seen.set(key, now);
    const changed = [...now.pods].flatMap(([name, time]) => (time > (before?.pods.get(name) ?? 0) ? [time] : []));
    if (now.service > (before?.service ?? 0)) changed.push(now.service);
    return changed.length > 0 ? formatTime(Math.min(...changed)) : undefined;
  }

  forget(key: string): void {
    this.#seen.delete(key);
  }
}
