import { bootstrapSigner } from './bootstrap/signer.ts';
import { tokenCleaner } from './bootstrap/token-cleaner.ts';
import type { Controller } from './controller.ts';
import { endpointSliceMirroring } from './endpoints/mirroring.ts';
import { daemonSet } from './daemonset/index.ts';
import { deployment } from './deployment/index.ts';
import { endpointSlice } from './endpoints/endpoint-slices.ts';
import { endpointsController } from './endpoints/endpoints.ts';
import { garbageCollector } from './garbage-collector/index.ts';
import { cronJob } from './cronjob/index.ts';
import { disruption } from './disruption/index.ts';
import { job } from './job/index.ts';
import { ttlAfterFinished } from './job/ttl-after-finished.ts';
import { nodeIpam } from './node/ipam.ts';
import { nodeLifecycle } from './node/lifecycle.ts';
import { podGarbageCollector } from './node/pod-gc.ts';
import { taintEviction } from './node/taint-eviction.ts';
import { ttl } from './node/ttl.ts';
import { horizontalPodAutoscaler } from './autoscaling/index.ts';
import { certificateApproving } from './certificates/approving.ts';
import { certificateCleaner } from './certificates/cleaner.ts';
import { certificateSigning } from './certificates/signing.ts';
import { resourceQuota } from './quota/index.ts';
import { roleAggregation } from './roles/aggregation.ts';
import { startControllers, type ControllerManagerOptions } from './manager.ts';
import { namespace } from './namespace/index.ts';
import { replicaSet, replicationController } from './replicaset/replica-set.ts';
import { rootCaPublisher } from './service-account/root-ca-publisher.ts';
import { serviceCidrs } from './service-cidrs/index.ts';
import { attachDetach } from './storage/attach-detach.ts';
import { volumeBinder } from './storage/binder.ts';
import { ephemeralVolume } from './storage/ephemeral.ts';
import { volumeExpander } from './storage/expander.ts';
import { attributesClassProtection, claimProtection, volumeProtection } from './storage/protection.ts';
import { directoryProvisioner } from './storage/provisioner.ts';
import { statefulSet } from './statefulset/index.ts';
import { validatingPolicyStatus } from './validating-policies/status.ts';
import { tokenSecrets } from './service-account/token-secrets.ts';
import { serviceAccount } from './service-account/service-accounts.ts';

/** Every controller of the kube-controller-manager. */
export const controllers: readonly Controller[] = [
  attachDetach,
  attributesClassProtection,
  claimProtection,
  daemonSet,
  deployment,
  directoryProvisioner,
  endpointSlice,
  endpointsController,
  ephemeralVolume,
  garbageCollector,
  namespace,
  replicaSet,
  replicationController,
  rootCaPublisher,
  serviceAccount,
  serviceCidrs,
  tokenSecrets,
  cronJob,
  disruption,
  job,
  ttlAfterFinished,
  nodeIpam,
  nodeLifecycle,
  podGarbageCollector,
  taintEviction,
  ttl,
  horizontalPodAutoscaler,
  certificateApproving,
  certificateCleaner,
  certificateSigning,
  bootstrapSigner,
  tokenCleaner,
  endpointSliceMirroring,
  resourceQuota,
  roleAggregation,
  statefulSet,
  validatingPolicyStatus,
  volumeBinder,
  volumeExpander,
  volumeProtection,
];

/** Starts a kube-controller-manager with all of them that its flags let run. */
export function startControllerManager(options: ControllerManagerOptions): { stop(): void } {
  return startControllers(controllers, options);
}

export type { ControllerManagerOptions } from './manager.ts';
