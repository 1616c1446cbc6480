import { deepClone } from '../../../kit/deep.ts';
import type { Client } from '../../client/client.ts';
import type { EventRecorder } from '../../client/event-recorder.ts';
import type { KubeObject } from '../../machinery/object.ts';
import type { Resource } from '../../machinery/resource.ts';
import { isNotFound, statusOf } from '../../machinery/status-error.ts';
import { pods } from '../../schema/generated/resources.ts';
import type { Pod, PodTemplateSpec } from '../../schema/generated/types.ts';
import { controllerReference } from './ownership.ts';

/** A pod as a controller makes it from its template (controller.GetPodFromTemplate). */
export function podFromTemplate(template: PodTemplateSpec | undefined, resource: Resource, owner: KubeObject): Pod {
  const { labels, annotations, finalizers } = template?.metadata ?? {};
  return deepClone({
    metadata: {
      name: '',
      generateName: `${owner.metadata.name}-`,
      ...(owner.metadata.namespace ? { namespace: owner.metadata.namespace } : {}),
      ...(labels ? { labels } : {}),
      ...(annotations ? { annotations } : {}),
      ...(finalizers ? { finalizers } : {}),
      ownerReferences: [controllerReference(resource, owner)],
    },
    spec: template?.spec ?? { containers: [] },
  });
}

/** Creates and deletes pods for one kind of owner, with upstream's events. */
export class PodControl<T extends KubeObject> {
  readonly #client: Client;
  readonly #events: EventRecorder;
  readonly #resource: Resource<T>;

  constructor(client: Client, events: EventRecorder, resource: Resource<T>) {
    this.#client = client;
    this.#events = events;
    this.#resource = resource;
  }

  /** Rejects with what the server said. */
  async create(owner: T, pod: Pod): Promise<Pod> {
    try {
      const created = await this.#client.create(pods, pod);
      this.#events.event(this.#resource, owner, 'Normal', 'SuccessfulCreate', `Created pod: ${created.metadata.name}`);
      return created;
    } catch (error) {
      const terminating = statusOf(error)?.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating');
      if (!terminating) {
        this.#events.event(this.#resource, owner, 'Warning', 'FailedCreate', `Error creating: ${messageOf(error)}`);
      }
      throw error;
    }
  }

  async delete(owner: T, pod: Pod): Promise<void> {
    const { namespace = '', name, uid } = pod.metadata;
    try {
      await this.#client.delete(pods, namespace, name, uid ? { preconditions: { uid } } : {});
    } catch (error) {
      if (isNotFound(error)) return;
      this.#events.event(this.#resource, owner, 'Warning', 'FailedDelete', `Error deleting: ${messageOf(error)}`);
      throw error;
    }
    this.#events.event(this.#resource, owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Runs `count` calls in batches of 1, 2, 4 …, and stops at the first failure; rejects with it. */
export async function slowStart(count: number, call: (index: number) => Promise<unknown>): Promise<void> {
  for (let done = 0, batch = 1; done < count; done += batch, batch *= 2) {
    const size = Math.min(batch, count - done);
    const results = await Promise.allSettled(Array.from({ length: size }, (_, i) => call(done + i)));
    const failure = results.find((result) => result.status === 'rejected');
    if (failure) throw failure.reason;
  }
}
