import { deepClone, deepEqual } from '../../../kit/deep.ts';
import type { ObjectMeta } from '../../machinery/object.ts';
import type { PodTemplateSpec, Deployment, ReplicaSet } from '../../schema/generated/types.ts';
import { deployments } from '../../schema/generated/resources.ts';
import { controllerReference } from '../shared/ownership.ts';
import {
  byCreation,
  DESIRED,
  MAX,
  maxSurge,
  replicasOf,
  REVISION,
  REVISION_HISTORY,
  readRevision,
} from './arithmetic.ts';

export const HASH_LABEL = 'pod-template-hash';

/** Annotations that belong to one object alone. */
const PRIVATE = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deprecated.deployment.rollback.to',
  REVISION,
  REVISION_HISTORY,
  DESIRED,
  MAX,
]);

function withoutHash(template: PodTemplateSpec | undefined): unknown {
  const { [HASH_LABEL]: _, ...labels } = template?.metadata?.labels ?? {};
  const metadata = template?.metadata;
  return { ...template, metadata: { ...metadata, labels } };
}

/** Whether two templates make the same pods. */
export function sameTemplate(a: PodTemplateSpec | undefined, b: PodTemplateSpec | undefined): boolean {
  return deepEqual(withoutHash(a), withoutHash(b));
}

/** The oldest replica set that has the deployment's template. */
export function findNewSet(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return [...sets].sort(byCreation).find((set) => sameTemplate(set.spec.template, deployment.spec.template));
}

/** A replica set's annotations with those of its deployment, its size limits, and `revision` if that is newer. */
export function syncedAnnotations(deployment: Deployment, set: ReplicaSet | undefined, revision: bigint) {
  const annotations: Record<string, string> = { ...set?.metadata.annotations };
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!PRIVATE.has(key)) annotations[key] = value;
  }
  const old = annotations[REVISION];
  if (revision > readRevision(old)) {
    annotations[REVISION] = String(revision);
    if (set && old) {
      const history = annotations[REVISION_HISTORY];
      annotations[REVISION_HISTORY] = history ? `${history},${old}` : old;
    }
  }
  return set ? annotations : { ...annotations, ...sizeAnnotations(deployment) };
}

export function sizeAnnotations(deployment: Deployment): Record<string, string> {
  const wanted = replicasOf(deployment);
  return { [DESIRED]: String(wanted), [MAX]: String(wanted + maxSurge(deployment)) };
}

/** The replica set for a deployment's present template. */
export function newReplicaSet(deployment: Deployment, hash: string, revision: bigint): ReplicaSet {
  const { selector, minReadySeconds } = deployment.spec;
  const template = deepClone(deployment.spec.template);
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
  return {
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace ?? '',
      labels,
      annotations: syncedAnnotations(deployment, undefined, revision),
      ownerReferences: [controllerReference(deployments, deployment)],
    },
    spec: {
      replicas: 0,
      ...(minReadySeconds ? { minReadySeconds } : {}),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH_LABEL]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } as ObjectMeta },
    },
  };
}
