import type { Activity } from '../../kit/activity.ts';
import type { Clock } from '../../kit/clock.ts';
import { uuid, type Random } from '../../kit/random.ts';
import { createClient } from '../client/create-client.ts';
import { electLeader } from '../client/leader-election.ts';
import { createInformerFactory } from '../client/shared-informer.ts';
import type { Transport } from '../client/transport.ts';
import type { Controller, ControllerFiles, SignRequest, SignToken } from './controller.ts';

export interface ControllerManagerOptions {
  /** Acts as `system:kube-controller-manager`, or whoever the manager's kubeconfig names. */
  transport: Transport;
  /** Acts as a service account of kube-system (`--use-service-account-credentials`). */
  transportFor(serviceAccount: string): Transport;
  /** The node it runs on. */
  node: string;
  flags: ReadonlyMap<string, string>;
  files: ControllerFiles;
  /** Signs certificate requests; absent when the signing key cannot be read. */
  signRequest?: SignRequest;
  /** Signs tokens for Secrets; absent when the service accounts' key cannot be read. */
  signToken?: SignToken;
  clock: Clock;
  random: Random;
  activity: Activity;
  /** The lease was lost: upstream's manager exits with status 1. */
  onLost(this: void): void;
}

/** Upstream's older names of controllers, which `--controllers` still takes. */
const ALIASES: Readonly<Record<string, string>> = {
  attachdetach: 'persistentvolume-attach-detach-controller',
  bootstrapsigner: 'bootstrap-signer-controller',
  'clusterrole-aggregation': 'clusterrole-aggregation-controller',
  cronjob: 'cronjob-controller',
  csrapproving: 'certificatesigningrequest-approving-controller',
  csrcleaner: 'certificatesigningrequest-cleaner-controller',
  csrsigning: 'certificatesigningrequest-signing-controller',
  daemonset: 'daemonset-controller',
  deployment: 'deployment-controller',
  disruption: 'disruption-controller',
  endpoint: 'endpoints-controller',
  endpointslice: 'endpointslice-controller',
  endpointslicemirroring: 'endpointslice-mirroring-controller',
  'ephemeral-volume': 'ephemeral-volume-controller',
  garbagecollector: 'garbage-collector-controller',
  horizontalpodautoscaling: 'horizontal-pod-autoscaler-controller',
  job: 'job-controller',
  namespace: 'namespace-controller',
  nodeipam: 'node-ipam-controller',
  nodelifecycle: 'node-lifecycle-controller',
  'persistentvolume-binder': 'persistentvolume-binder-controller',
  'persistentvolume-expander': 'persistentvolume-expander-controller',
  podgc: 'pod-garbage-collector-controller',
  'pv-protection': 'persistentvolume-protection-controller',
  'pvc-protection': 'persistentvolumeclaim-protection-controller',
  replicaset: 'replicaset-controller',
  replicationcontroller: 'replicationcontroller-controller',
  resourcequota: 'resourcequota-controller',
  'root-ca-cert-publisher': 'root-ca-certificate-publisher-controller',
  serviceaccount: 'serviceaccount-controller',
  'serviceaccount-token': 'serviceaccount-token-controller',
  statefulset: 'statefulset-controller',
  tokencleaner: 'token-cleaner-controller',
  ttl: 'ttl-controller',
  'ttl-after-finished': 'ttl-after-finished-controller',
};

const OFF_BY_DEFAULT = new Set(['bootstrap-signer-controller', 'token-cleaner-controller']);

/** Whether `--controllers` (`*,bootstrapsigner,-cronjob`) lets a controller run. */
export function isEnabled(name: string, flag = '*'): boolean {
  const entries = flag.split(',').map((entry) => entry.trim());
  const named = (entry: string) => (ALIASES[entry] ?? entry) === name;
  if (entries.some(named)) return true;
  if (entries.some((entry) => entry.startsWith('-') && named(entry.slice(1)))) return false;
  return entries.includes('*') && !OFF_BY_DEFAULT.has(name);
}

/** Starts a kube-controller-manager. It survives an API server that comes and goes, up to the loss of its lease. */
export function startControllers(
  controllers: readonly Controller[],
  options: ControllerManagerOptions,
): { stop(): void } {
  const { transport, flags, clock, random, activity } = options;
  const own = createClient(transport, 'kube-controller-manager');
  const informers = createInformerFactory(own, { clock, activity });
  const running: { stop(): void }[] = [];
  let stopped = false;

  const start = (): void => {
    if (stopped) return;
    const asAccounts = flags.get('use-service-account-credentials') === 'true';
    for (const controller of controllers) {
      if (!isEnabled(controller.name, flags.get('controllers'))) continue;
      const account = asAccounts ? controller.serviceAccount : undefined;
      const client =
        account === undefined ? own : createClient(options.transportFor(account), 'kube-controller-manager');
      const { files, signRequest, signToken } = options;
      const signers = { ...(signRequest ? { signRequest } : {}), ...(signToken ? { signToken } : {}) };
      const shared = { informers, clock, random, activity, flags, files, ...signers };
      running.push(controller.start({ client, ...shared }));
    }
  };

  const elects = flags.get('leader-elect') !== 'false';
  const election = elects
    ? electLeader({
        client: own,
        clock,
        activity,
        lease: flags.get('leader-elect-resource-name') ?? 'kube-controller-manager',
        node: options.node,
        id: uuid(random),
        onLeading: start,
        onLost: options.onLost,
      })
    : undefined;
  if (!elects) start();

  return {
    stop() {
      stopped = true;
      election?.stop();
      for (const controller of running.splice(0)) controller.stop();
      informers.stop();
    },
  };
}
