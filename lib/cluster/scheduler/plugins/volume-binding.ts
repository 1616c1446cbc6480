import { claimNameOf, findVolume, fitsNode, isBound, storageClassOf } from '../../client/semantics/volumes.ts';
import type { PersistentVolumeClaim, Pod } from '../../schema/generated/types.ts';
import { unfit, type Plugin, type Snapshot } from '../framework.ts';
import { matchesNodeSelector } from '../../client/semantics/node-affinity.ts';

/** The claims of a pod that its scheduling must still bind, or why it cannot be scheduled at all. */
function claimsOf(
  pod: Pod,
  snapshot: Snapshot,
): { bound: PersistentVolumeClaim[]; delayed: PersistentVolumeClaim[] } | string {
  const { namespace = '' } = pod.metadata;
  const bound: PersistentVolumeClaim[] = [];
  const delayed: PersistentVolumeClaim[] = [];
  let immediate = false;
  for (const volume of pod.spec.volumes ?? []) {
    const name = claimNameOf(pod, volume);
    if (name === undefined) continue;
    const claim = snapshot.claims.get(namespace, name);
    if (!claim) {
      return volume.ephemeral
        ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
        : `persistentvolumeclaim "${name}" not found`;
    }
    if (claim.status?.phase === 'Lost') {
      return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec?.volumeName}"`;
    }
    if (claim.metadata.deletionTimestamp) return `persistentvolumeclaim "${name}" is being deleted`;
    if (isBound(claim)) bound.push(claim);
    else {
      const storageClass = snapshot.classes.get('', storageClassOf(claim));
      const waits = storageClass?.volumeBindingMode === 'WaitForFirstConsumer' && !claim.spec?.volumeName;
      if (waits) delayed.push(claim);
      else immediate = true;
    }
  }
  return immediate ? 'pod has unbound immediate PersistentVolumeClaims' : { bound, delayed };
}

/** Which volumes delayed claims would take on a node; undefined in place of one that must be provisioned. */
export type VolumePlan = Map<PersistentVolumeClaim, string | undefined>;

/** Plans the delayed claims of a pod for a node; undefined when one can be neither bound nor provisioned there. */
export function planVolumes(pod: Pod, node: Snapshot['nodes'][number], snapshot: Snapshot): VolumePlan | undefined {
  const claims = claimsOf(pod, snapshot);
  const plan: VolumePlan = new Map();
  if (typeof claims === 'string') return plan;
  const volumes = snapshot.volumes.list();
  const taken = new Set<string>();
  for (const claim of claims.delayed) {
    const found = findVolume(claim, volumes, { node: node.node, taken });
    if (found) {
      taken.add(found.metadata.name);
      plan.set(claim, found.metadata.name);
      continue;
    }
    const storageClass = snapshot.classes.get('', storageClassOf(claim));
    const provisioner = storageClass?.provisioner ?? 'kubernetes.io/no-provisioner';
    if (provisioner === 'kubernetes.io/no-provisioner') return undefined;
    const terms = storageClass?.allowedTopologies?.map((t) => ({
      matchExpressions: (t.matchLabelExpressions ?? []).map((e) => ({ ...e, operator: 'In' })),
    }));
    if (terms?.length && !matchesNodeSelector({ nodeSelectorTerms: terms }, node.node)) return undefined;
    plan.set(claim, undefined);
  }
  return plan;
}

/** Volumes must be reachable from the node; claims that wait for their first consumer must find or get one there. */
export const volumeBinding: Plugin = {
  name: 'VolumeBinding',
  events: ['claim', 'volume', 'class', 'node'],
  filter(pod, snapshot) {
    if (!pod.spec.volumes?.some((volume) => claimNameOf(pod, volume) !== undefined)) return undefined;
    const claims = claimsOf(pod, snapshot);
    if (typeof claims === 'string') return unfit(claims);
    const volumes = claims.bound.map((claim) => snapshot.volumes.get('', claim.spec?.volumeName ?? ''));
    return (node) => {
      const reasons: string[] = [];
      if (volumes.includes(undefined)) {
        reasons.push('node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)');
      } else if (volumes.some((volume) => volume && !fitsNode(volume, node.node))) {
        reasons.push("node(s) didn't match PersistentVolume's node affinity");
      }
      if (claims.delayed.length > 0 && !planVolumes(pod, node, snapshot)) {
        reasons.push("node(s) didn't find available persistent volumes to bind");
      }
      return reasons.length > 0 ? { reasons, resolvable: false } : undefined;
    };
  },
};
