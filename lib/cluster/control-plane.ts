import type { Activity } from '../kit/activity.ts';
import type { Clock } from '../kit/clock.ts';
import type { Random } from '../kit/random.ts';
import { CertificateAuthority } from './access/certificate-authority.ts';
import { readKubeconfig } from './access/kubeconfig.ts';
import { TokenIssuer } from './access/tokens.ts';
import { runApiServer } from './api-server-component.ts';
import type { ApiDoor } from './api-door.ts';
import type { Transport } from './client/index.ts';
import type { SignRequest } from './controllers/controller.ts';
import { startControllerManager } from './controllers/index.ts';
import type { EtcdData } from './etcd-data.ts';
import { Etcd } from './etcd.ts';
import type { ByteDuplex, KubeletApi } from './machinery/kubelet-api.ts';
import { StatusError } from './machinery/status-error.ts';
import { serviceAccountUser } from './machinery/user.ts';
import { klog } from './machinery/klog.ts';
import type { ComponentContext, ComponentHandle, ComponentName, ControlPlane, EtcdDatabase } from './node/index.ts';
import { readSchedulerConfig } from './scheduler/config.ts';
import { startScheduler } from './scheduler/index.ts';
import { selfSigned } from './self-signed.ts';
import type { Store } from './store/kv.ts';

export interface ControlPlaneEnvironment {
  store: Store;
  etcdData: EtcdData;
  door: ApiDoor;
  clock: Clock;
  random: Random;
  activity: Activity;
  /** The node whose etcd and API server are the cluster's. */
  mainNode: string;
  /** The kubelet of a node; undefined when there is no such machine. */
  kubelet(node: string): KubeletApi | undefined;
  dial(host: string, port: number): Promise<ByteDuplex>;
}

/** A container's program is the first process of its container. */
const PID = 1;
const NOT_STARTED: ComponentHandle = { stop: () => undefined, healthy: () => false };

/** Runs the simulated control plane for the kubelets that start its static pods. */
export class ControlPlaneComponents implements ControlPlane {
  readonly #env: ControlPlaneEnvironment;
  readonly #start: Record<ComponentName, (context: ComponentContext) => ComponentHandle>;
  readonly #etcd: Etcd;
  #served: () => void = () => undefined;
  readonly #serving = new Promise<void>((done) => {
    this.#served = done;
  });

  constructor(env: ControlPlaneEnvironment) {
    this.#env = env;
    this.#etcd = new Etcd(env.clock);
    this.#start = {
      etcd: (context) => {
        if (!this.#isOurs(context)) return { stop: () => undefined, healthy: () => true };
        env.etcdData.open(context);
        return this.#etcd.start(context);
      },
      'kube-apiserver': (context) => this.#apiServer(context),
      'kube-controller-manager': (context) => this.#controllerManager(context),
      'kube-scheduler': (context) => this.#scheduler(context),
    };
  }

  start(component: ComponentName, context: ComponentContext): ComponentHandle {
    return this.#start[component](context);
  }

  etcd(): EtcdDatabase {
    return this.#env.etcdData.database((servers, ca) => this.#etcd.refusal(servers, ca));
  }

  /** Resolves when an API server serves for the first time. */
  whenServing(): Promise<void> {
    return this.#serving;
  }

  /** What people run in pods of their own, or on another node, is none of the cluster's: it finds nothing and nothing finds it. */
  #isOurs({ onHost, node }: ComponentContext): boolean {
    return onHost && node === this.#env.mainNode;
  }

  #apiServer(context: ComponentContext): ComponentHandle {
    return runApiServer(context, {
      ...this.#env,
      etcd: this.#isOurs(context) ? this.#etcd : new Etcd(this.#env.clock),
      kubelets: (node) => {
        const found = this.#env.kubelet(node.metadata.name);
        if (!found) throw new StatusError(500, 'InternalError', `no machine answers for node "${node.metadata.name}"`);
        return found;
      },
      onServing: () => this.#served(),
    });
  }

  #controllerManager(context: ComponentContext): ComponentHandle {
    const { clock, random, activity, door } = this.#env;
    if (this.#lacksKubeconfig(context)) return NOT_STARTED;
    const transport = this.#connect(context);
    const signing = this.#signing(context);
    const accountKey = this.#file(context, 'service-account-private-key-file');
    const tokens = accountKey === undefined ? undefined : new TokenIssuer(accountKey, random);
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
      ...(signing && { signRequest: signing }),
      ...(tokens && { signToken: (order) => tokens.issueForSecret(order) }),
      files: {
        rootCa: this.#file(context, 'root-ca-file'),
        signingCert: this.#file(context, 'cluster-signing-cert-file'),
        signingKey: this.#file(context, 'cluster-signing-key-file'),
      },
    });
    return { stop: () => manager.stop(), healthy: () => true, tls: selfSigned(clock, random) };
  }

  #scheduler(context: ComponentContext): ComponentHandle {
    const { clock, random, activity } = this.#env;
    const reading = readSchedulerConfig(context.flags, (path) => textOf(context, path));
    if (!reading.ok) return this.#fail(context, reading.error);
    const { kubeconfig, schedulerNames, lease } = reading.config;
    if (this.#lacksKubeconfig(context, kubeconfig)) return NOT_STARTED;
    const scheduler = startScheduler({
      transport: this.#connect(context, kubeconfig),
      clock,
      random,
      activity,
      node: context.node,
      onLost: () => context.exited(1),
      schedulerNames,
      ...(lease !== undefined && { lease }),
    });
    return { stop: () => scheduler.stop(), healthy: () => true, tls: selfSigned(clock, random) };
  }

  /** The API as a kubeconfig reaches it. */
  #connect(context: ComponentContext, path = context.flags.get('kubeconfig') ?? ''): Transport {
    const reading = readKubeconfig(textOf(context, path) ?? '', (file) => textOf(context, file));
    if (reading.ok) return this.#env.door.connect(reading.credentials);
    const fail = () => Promise.reject(new Error(reading.error));
    return { call: fail, watch: fail };
  }

  /** Ends a component whose kubeconfig is not there, and says so. */
  #lacksKubeconfig(context: ComponentContext, path = context.flags.get('kubeconfig')): boolean {
    if (path === undefined || textOf(context, path) !== undefined) return false;
    this.#fail(context, `stat ${path}: no such file or directory`);
    return true;
  }

  /** The last words of a component that ends at once. */
  #fail(context: ComponentContext, error: string): ComponentHandle {
    const lines = [
      'I serving.go:411] Generated self-signed cert in-memory',
      `E run.go:72] "command failed" err=${JSON.stringify(error)}`,
    ];
    for (const line of lines) context.log(klog(line, this.#env.clock.now(), PID));
    context.exited(1);
    return NOT_STARTED;
  }

  #signing(context: ComponentContext): SignRequest | undefined {
    const cert = this.#file(context, 'cluster-signing-cert-file');
    const key = this.#file(context, 'cluster-signing-key-file');
    if (cert === undefined || key === undefined) return undefined;
    const authority = new CertificateAuthority({ cert, key }, this.#env.random);
    return (request, usages, validity) => {
      const kinds = (['server', 'client'] as const).filter((usage) => usages.includes(`${usage} auth`));
      const keyEncipherment = usages.includes('key encipherment');
      return authority.signRequest(request, { usages: kinds, keyEncipherment }, validity);
    };
  }

  #file(context: ComponentContext, flag: string): string | undefined {
    const path = context.flags.get(flag);
    return path === undefined ? undefined : textOf(context, path);
  }
}

function textOf(context: ComponentContext, path: string): string | undefined {
  const bytes = context.readFile(path);
  return bytes && Buffer.from(bytes).toString();
}
