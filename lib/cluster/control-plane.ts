import type { Activity } from '../kit/activity.ts';
import type { Clock } from '../kit/clock.ts';
import type { Random } from '../kit/random.ts';
import { readKubeconfig } from './access/kubeconfig.ts';
import type { ApiDoor } from './api-door.ts';
import type { Transport } from './client/index.ts';
import { startControllerManager } from './controllers/index.ts';
import { startKubeApiServer } from './kube-apiserver.ts';
import type { ByteDuplex, KubeletApi } from './machinery/kubelet-api.ts';
import { StatusError } from './machinery/status-error.ts';
import { serviceAccountUser } from './machinery/user.ts';
import type { ComponentContext, ComponentHandle, ComponentName, ControlPlane } from './node/index.ts';
import { startScheduler } from './scheduler/index.ts';
import type { Store } from './store/kv.ts';

export interface ControlPlaneEnvironment {
  store: Store;
  door: ApiDoor;
  clock: Clock;
  random: Random;
  activity: Activity;
  /** The kubelet of a node; undefined when there is no such machine. */
  kubelet(node: string): KubeletApi | undefined;
  dial(host: string, port: number): Promise<ByteDuplex>;
}

/** Runs the simulated control plane for the kubelets that start its static pods. */
export class ControlPlaneComponents implements ControlPlane {
  readonly #env: ControlPlaneEnvironment;
  readonly #start: Record<ComponentName, (context: ComponentContext) => ComponentHandle>;
  #served: () => void = () => undefined;
  readonly #serving = new Promise<void>((done) => {
    this.#served = done;
  });

  constructor(env: ControlPlaneEnvironment) {
    this.#env = env;
    this.#start = {
      etcd: () => ({ stop: () => undefined, healthy: () => true }),
      'kube-apiserver': (context) => this.#apiServer(context),
      'kube-controller-manager': (context) => this.#controllerManager(context),
      'kube-scheduler': (context) => this.#scheduler(context),
    };
  }

  start(component: ComponentName, context: ComponentContext): ComponentHandle {
    return this.#start[component](context);
  }

  /** Resolves when an API server serves for the first time. */
  whenServing(): Promise<void> {
    return this.#serving;
  }

  #apiServer(context: ComponentContext): ComponentHandle {
    const { kubelet, ...env } = this.#env;
    const handle = startKubeApiServer(context, {
      ...env,
      kubelets: (node) => {
        const found = kubelet(node.metadata.name);
        if (!found) throw new StatusError(500, 'InternalError', `no machine answers for node "${node.metadata.name}"`);
        return found;
      },
    });
    this.#served();
    return handle;
  }

  #controllerManager(context: ComponentContext): ComponentHandle {
    const { clock, random, activity, door } = this.#env;
    const transport = this.#connect(context);
    const manager = startControllerManager({
      transport,
      // With --use-service-account-credentials each controller acts as its own service account, which the API server itself vouches for.
      transportFor: (name) => door.transportAs(serviceAccountUser('kube-system', name)),
      clock,
      random,
      activity,
      node: context.node,
      onLost: () => context.exited(1),
      flags: context.flags,
      files: {
        rootCa: this.#file(context, 'root-ca-file'),
        signingCert: this.#file(context, 'cluster-signing-cert-file'),
        signingKey: this.#file(context, 'cluster-signing-key-file'),
      },
    });
    return { stop: () => manager.stop(), healthy: () => true };
  }

  #scheduler(context: ComponentContext): ComponentHandle {
    const { clock, random, activity } = this.#env;
    const elects = context.flags.get('leader-elect') !== 'false';
    const scheduler = startScheduler({
      transport: this.#connect(context),
      clock,
      random,
      activity,
      node: context.node,
      onLost: () => context.exited(1),
      ...(elects && { lease: context.flags.get('leader-elect-resource-name') ?? 'kube-scheduler' }),
    });
    return { stop: () => scheduler.stop(), healthy: () => true };
  }

  /** The API as the component's kubeconfig reaches it. */
  #connect(context: ComponentContext): Transport {
    const path = context.flags.get('kubeconfig') ?? '';
    const read = (file: string) => {
      const bytes = context.readFile(file);
      return bytes && Buffer.from(bytes).toString();
    };
    const reading = readKubeconfig(read(path) ?? '', read);
    if (reading.ok) return this.#env.door.connect(reading.credentials);
    const fail = () => Promise.reject(new Error(reading.error));
    return { call: fail, watch: fail };
  }

  #file(context: ComponentContext, flag: string): string | undefined {
    const path = context.flags.get(flag);
    const bytes = path === undefined ? undefined : context.readFile(path);
    return bytes && Buffer.from(bytes).toString();
  }
}
