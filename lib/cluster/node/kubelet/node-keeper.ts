import type { Timer } from '../../../kit/clock.ts';
import type { Client } from '../../client/client.ts';
import type { InformerFactory } from '../../client/index.ts';
import { formatMicroTime } from '../../machinery/object.ts';
import { isAlreadyExists, isNotFound, statusOf } from '../../machinery/status-error.ts';
import { leases, nodes } from '../../schema/generated/resources.ts';
import type { Node } from '../../schema/generated/types.ts';
import type { KubeletOptions } from './kubelet.ts';
import { newNode, nodeStatus, type NodeFacts } from './node-status.ts';

const LEASE_SECONDS = 40;
const LEASE_PERIOD = 10_000;
const STATUS_PERIOD = 300_000;
/** Between two tries to register: each waits twice as long as the one before. */
const FIRST_RETRY = 100;
const LONGEST_RETRY = 7_000;

/** Keeps a kubelet's own node in the API: registers it, follows it, renews its lease and reports its status. */
export class NodeKeeper {
  readonly options: KubeletOptions;
  readonly #client: Client;
  readonly #informers: InformerFactory;
  readonly #networkReady: () => void;
  readonly #timers = new Set<Timer>();
  #node: Node | undefined;
  #leaseVersion: string | undefined;
  #lastStatus = 0;
  #stopped = false;

  /** `networkReady` is told when the node has got its range of addresses. */
  constructor(options: KubeletOptions, client: Client, informers: InformerFactory, networkReady: () => void) {
    this.options = options;
    this.#client = client;
    this.#informers = informers;
    this.#networkReady = networkReady;
  }

  /** The node as it was last seen. */
  get node(): Node | undefined {
    return this.#node;
  }

  /** Resolves when the node is registered, however long the API server is away. */
  async begin(): Promise<void> {
    const { activity } = this.options;
    for (let wait = FIRST_RETRY; !(await activity.track(this.#register())); wait = Math.min(wait * 2, LONGEST_RETRY)) {
      const ms = wait;
      await new Promise<void>((done) => this.#after(ms, done));
    }
    if (this.#stopped) return;
    const informer = this.#informers.informer(nodes, { fieldSelector: `metadata.name=${this.options.node}` });
    informer.onEvent({ add: (n) => this.#nodeChanged(n), update: (n) => this.#nodeChanged(n) });
    this.#every(LEASE_PERIOD, () => this.#renewLease());
    this.#every(LEASE_PERIOD, () => this.#checkStatus());
    void activity.track(this.#renewLease());
  }

  /** Asks the API server for the node as it is now. */
  async refresh(): Promise<void> {
    this.#node = await this.#client.get(nodes, '', this.options.node);
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) timer.cancel();
  }

  #every(ms: number, work: () => Promise<void>): void {
    this.#after(ms, () => {
      void this.options.activity.track(work());
      this.#every(ms, work);
    });
  }

  #after(ms: number, work: () => void): void {
    const timer = this.options.clock.after(ms, () => {
      this.#timers.delete(timer);
      if (!this.#stopped) work();
    });
    this.#timers.add(timer);
  }

  #facts(): NodeFacts {
    const { node, ip, machineId, config, kubeletVersion, clock } = this.options;
    const ready = this.#node?.spec?.podCIDR !== undefined;
    const problem = ready
      ? undefined
      : 'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized';
    return { name: node, ip, machineId, config, kubeletVersion, now: clock.now(), problem };
  }

  /** Makes the node's object, or takes over the one that is there; false when the API server has not let it. */
  async #register(): Promise<boolean> {
    const { node, log } = this.options;
    try {
      this.#node = await this.#find(node);
      if (!this.#node) {
        this.#node = await this.#client.create(nodes, newNode(this.#facts()));
        log(`I kubelet_node_status.go:79] "Successfully registered node" node="${node}"`);
      }
    } catch (err) {
      const why = statusOf(err)?.message ?? (err instanceof Error ? err.message : String(err));
      log(`E kubelet_node_status.go:107] "Unable to register node with API server" err="${why}" node="${node}"`);
      return false;
    }
    await this.#postStatus();
    return true;
  }

  async #find(node: string): Promise<Node | undefined> {
    try {
      return await this.#client.get(nodes, '', node);
    } catch (err) {
      if (isNotFound(err)) return undefined;
      throw err;
    }
  }

  #nodeChanged(node: Node): void {
    const had = this.#node?.spec?.podCIDR;
    this.#node = node;
    if (had === undefined && node.spec?.podCIDR !== undefined) {
      void this.options.activity.track(this.#postStatus());
      this.#networkReady();
    }
  }

  async #checkStatus(): Promise<void> {
    if (this.options.clock.now() - this.#lastStatus >= STATUS_PERIOD) await this.#postStatus();
  }

  async #postStatus(): Promise<void> {
    try {
      const status = nodeStatus(this.#facts(), this.#node?.status);
      this.#node = await this.#client.patch(
        nodes,
        '',
        this.options.node,
        'merge',
        { status },
        { subresource: 'status' },
      );
      this.#lastStatus = this.options.clock.now();
    } catch (err) {
      if (isNotFound(err)) await this.#register();
      else
        this.options.log(
          `E kubelet_node_status.go:549] "Error updating node status, will retry" err="${err instanceof Error ? err.message : String(err)}"`,
        );
    }
  }

  async #renewLease(): Promise<void> {
    const { node, clock } = this.options;
    const renewTime = formatMicroTime(clock.now());
    const namespace = 'kube-node-lease';
    try {
      if (this.#leaseVersion === undefined) {
        const uid = this.#node?.metadata.uid ?? '';
        try {
          const lease = await this.#client.create(leases, {
            metadata: { name: node, namespace, ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: node, uid }] },
            spec: { holderIdentity: node, leaseDurationSeconds: LEASE_SECONDS, renewTime },
          });
          this.#leaseVersion = lease.metadata.resourceVersion;
          return;
        } catch (err) {
          if (!isAlreadyExists(err)) throw err;
        }
      }
      const lease = await this.#client.patch(leases, namespace, node, 'merge', {
        spec: { holderIdentity: node, renewTime },
      });
      this.#leaseVersion = lease.metadata.resourceVersion;
    } catch (err) {
      if (isNotFound(err)) this.#leaseVersion = undefined;
      this.options.log(
        `E controller.go:195] "Failed to update lease" err="${err instanceof Error ? err.message : String(err)}"`,
      );
    }
  }
}
