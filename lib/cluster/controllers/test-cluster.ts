import { Activity } from '../../kit/activity.ts';
import { ManualClock } from '../../kit/clock.ts';
import { seededRandom } from '../../kit/random.ts';
import { createClient } from '../client/create-client.ts';
import { MemoryTransport } from '../client/memory-transport.ts';
import { createInformerFactory } from '../client/shared-informer.ts';
import { formatTime, type KubeObject } from '../machinery/object.ts';
import type { Resource } from '../machinery/resource.ts';
import { events, pods } from '../schema/generated/resources.ts';
import type { Pod } from '../schema/generated/types.ts';
import type { Controller, SignToken } from './controller.ts';

/** For tests: controllers over a memory transport, with a stand-in for kubelets that makes every pod ready at once. */
export class TestCluster {
  readonly clock = new ManualClock();
  readonly activity = new Activity();
  readonly transport = new MemoryTransport(this.clock);
  readonly client = createClient(this.transport);
  readonly #informers = createInformerFactory(this.client, this);
  readonly #running: { stop(): void }[] = [];
  /** Which pods become ready. */
  ready: (pod: Pod) => boolean = () => true;

  constructor(controllers: readonly Controller[], flags: Record<string, string> = {}) {
    const { client, clock, activity } = this;
    const context = { client, clock, activity, informers: this.#informers, random: seededRandom(1) };
    for (const controller of controllers) {
      const files = { rootCa: 'ROOT' };
      const signToken: SignToken = ({ serviceAccount, secret }) => `${serviceAccount.name} in ${secret}`;
      this.#running.push(controller.start({ ...context, flags: new Map(Object.entries(flags)), files, signToken }));
    }
    this.#informers.informer(pods).onEvent({ add: (pod) => void activity.track(this.#run(pod)) });
  }

  async settle(): Promise<void> {
    await this.activity.idle();
  }

  /** Moves time in steps, letting everybody work after each. */
  async pass(seconds: number, step = 1): Promise<void> {
    for (let t = 0; t < seconds; t += step) {
      this.clock.advance(step * 1000);
      await this.settle();
    }
  }

  async names(resource: Resource, namespace = 'default'): Promise<string[]> {
    return (await this.client.list(resource, { namespace })).items.map((o) => o.metadata.name);
  }

  async list<T extends KubeObject>(resource: Resource<T>, namespace = 'default'): Promise<T[]> {
    return (await this.client.list(resource, { namespace })).items;
  }

  /** `Reason: message` of all events, in order. */
  async events(): Promise<string[]> {
    return (await this.client.list(events)).items.map((e) => `${e.reason}: ${e.message}`);
  }

  async #run(pod: Pod): Promise<void> {
    if (!this.ready(pod)) return;
    const time = formatTime(this.clock.now());
    const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: time }];
    const status = { phase: 'Running', startTime: time, podIP: '10.0.0.1', conditions };
    const { namespace = '', name } = pod.metadata;
    await this.client
      .patch(pods, namespace, name, 'merge', { status }, { subresource: 'status' })
      .catch(() => undefined);
  }

  stop(): void {
    for (const controller of this.#running) controller.stop();
    this.#informers.stop();
  }
}
