import type { KubeObject } from '../../machinery/object.ts';
import type { Resource } from '../../machinery/resource.ts';
import type { AdmissionContext, AdmissionRequest } from '../plugin.ts';

/** How long a change of a policy or binding takes to show: upstream looks for changes once a second. */
const REFRESH = 1_000;

interface Policies<P extends KubeObject, B extends KubeObject> {
  policies: readonly P[];
  bindings: readonly B[];
}

/** The policies of one kind that an API server goes by (upstream: plugin/policy/generic/policy_source.go). */
export class PolicySource<P extends KubeObject, B extends KubeObject> {
  readonly #policies: Resource<P>;
  readonly #bindings: Resource<B>;
  /** By API server: what it goes by until it looks again. */
  readonly #before = new WeakMap<AdmissionContext, Policies<P, B> & { until: number }>();

  constructor(policies: Resource<P>, bindings: Resource<B>) {
    this.#policies = policies;
    this.#bindings = bindings;
  }

  /** Notes that a policy or binding is about to change; to be told of every write. */
  async observe({ resource, dryRun }: AdmissionRequest, context: AdmissionContext): Promise<void> {
    const own = [this.#policies, this.#bindings].some(
      (one) => one.group === resource.group && one.resource === resource.resource,
    );
    if (!own || dryRun || this.#stale(context)) return;
    const until = context.clock.now() + REFRESH;
    this.#before.set(context, { ...(await this.#newest(context)), until });
  }

  async current(context: AdmissionContext): Promise<Policies<P, B>> {
    return this.#stale(context) ?? this.#newest(context);
  }

  #stale(context: AdmissionContext): Policies<P, B> | undefined {
    const before = this.#before.get(context);
    return before && context.clock.now() < before.until ? before : undefined;
  }

  async #newest({ client }: AdmissionContext): Promise<Policies<P, B>> {
    const bindings = (await client.list(this.#bindings)).items;
    // Without a binding no policy works.
    return { policies: bindings.length ? (await client.list(this.#policies)).items : [], bindings };
  }
}
