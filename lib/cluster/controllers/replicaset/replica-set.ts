import type { KubeObject } from '../../machinery/object.ts';
import type { Resource } from '../../machinery/resource.ts';
import { selects, selectsByMap, type Labels } from '../../machinery/selector.ts';
import { replicasets, replicationcontrollers } from '../../schema/generated/resources.ts';
import type {
  PodTemplateSpec,
  ReplicaSet,
  ReplicaSetStatus,
  ReplicationController,
} from '../../schema/generated/types.ts';
import { replicaController } from './replica-controller.ts';

/** What ReplicaSets and ReplicationControllers have in common. */
export interface ReplicaKind<T extends KubeObject> {
  resource: Resource<T>;
  spec(owner: T): { replicas: number; minReadySeconds: number; template: PodTemplateSpec | undefined };
  matches(owner: T, labels: Labels | undefined): boolean;
  status(owner: T): ReplicaSetStatus | undefined;
  withStatus(owner: T, status: ReplicaSetStatus): T;
}

export const replicaSet = replicaController<ReplicaSet>('replicaset-controller', 'replicaset-controller', {
  resource: replicasets,
  spec: ({ spec }) => ({
    replicas: spec.replicas ?? 1,
    minReadySeconds: spec.minReadySeconds ?? 0,
    template: spec.template,
  }),
  matches: ({ spec }, labels) => selects(spec.selector, labels),
  status: ({ status }) => status,
  withStatus: (owner, status) => ({ ...owner, status }),
});

export const replicationController = replicaController<ReplicationController>(
  'replicationcontroller-controller',
  'replication-controller',
  {
    resource: replicationcontrollers,
    spec: ({ spec }) => ({
      replicas: spec.replicas ?? 1,
      minReadySeconds: spec.minReadySeconds ?? 0,
      template: spec.template,
    }),
    matches: ({ spec }, labels) => selectsByMap(spec.selector, labels),
    status: ({ status }) => status,
    // Only ReplicaSets report pods on their way out.
    withStatus: (owner, status) => ({ ...owner, status: { ...status, terminatingReplicas: undefined } }),
  },
);
