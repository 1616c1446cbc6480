import type { Pod } from '../../schema/generated/types.ts';

const MIRROR = 'kubernetes.io/config.mirror';

/** Why a node may not create this pod; undefined when it may. `uid` is the node's. */
export function mirrorPodComplaint(pod: Pod, node: string, uid: string | undefined): string | undefined {
  const who = `node "${node}"`;
  if (pod.metadata.annotations?.[MIRROR] === undefined)
    return `pod does not have "${MIRROR}" annotation, ${who} can only create mirror pods`;
  if (pod.spec.nodeName !== node) return `${who} can only create pods with spec.nodeName set to itself`;
  const [owner, second] = pod.metadata.ownerReferences ?? [];
  if (second) return `${who} can only create pods with a single owner reference set to itself`;
  if (owner?.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== node)
    return `${who} can only create pods with an owner reference set to itself`;
  if (!owner.controller) return `${who} can only create pods with a controller owner reference set to itself`;
  if (owner.blockOwnerDeletion) return `${who} must not set blockOwnerDeletion on an owner reference`;
  if (owner.uid !== uid) return `node ${node} UID mismatch: expected ${owner.uid} got ${uid ?? ''}`;
  const referred = referredKind(pod);
  return referred && `${who} can not create pods that reference ${referred}`;
}

/** What a pod refers to that a mirror pod may not. */
function referredKind({ spec }: Pod): string | undefined {
  if (spec.serviceAccountName) return 'a service account';
  const volumes = spec.volumes ?? [];
  const sources = volumes.flatMap((v) => v.projected?.sources ?? []);
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const env = containers.flatMap((c) => c.env ?? []).map((e) => e.valueFrom);
  const envFrom = containers.flatMap((c) => c.envFrom ?? []);
  if (
    spec.imagePullSecrets?.length ||
    volumes.some((v) => v.secret) ||
    [...sources.map((s) => s.secret), ...env.map((e) => e?.secretKeyRef), ...envFrom.map((e) => e.secretRef)].some(
      Boolean,
    )
  )
    return 'secrets';
  const maps = [...volumes, ...sources].map((v) => v.configMap);
  if ([...maps, ...env.map((e) => e?.configMapKeyRef), ...envFrom.map((e) => e.configMapRef)].some(Boolean))
    return 'configmaps';
  if (sources.some((s) => s.clusterTrustBundle)) return 'clustertrustbundles';
  return volumes.some((v) => v.persistentVolumeClaim) ? 'persistentvolumeclaims' : undefined;
}
