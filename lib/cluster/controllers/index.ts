import type { Controller } from './controller.ts';
import { deployment } from './deployment/index.ts';
import { startControllers, type ControllerManagerOptions } from './manager.ts';
import { replicaSet, replicationController } from './replicaset/replica-set.ts';
import { rootCaPublisher } from './service-account/root-ca-publisher.ts';
import { serviceAccount } from './service-account/service-accounts.ts';

/** Every controller of the kube-controller-manager. */
export const controllers: readonly Controller[] = [
  deployment,
  replicaSet,
  replicationController,
  rootCaPublisher,
  serviceAccount,
];

/** Starts a kube-controller-manager with all of them that its flags let run. */
export function startControllerManager(options: ControllerManagerOptions): { stop(): void } {
  return startControllers(controllers, options);
}

export type { ControllerManagerOptions } from './manager.ts';
