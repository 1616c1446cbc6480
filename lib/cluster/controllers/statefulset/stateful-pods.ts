import { statefulsets } from '../../schema/generated/resources.ts';
import type { PersistentVolumeClaim, Pod, PodTemplateSpec, StatefulSet } from '../../schema/generated/types.ts';
import { apiVersionOf } from '../../machinery/resource.ts';
import { podFromTemplate } from '../shared/pod-control.ts';
import { REVISION_HASH } from '../shared/revisions.ts';
import { controllerReference } from '../shared/ownership.ts';
import { deepClone } from '../../../kit/deep.ts';

export const INDEX_LABEL = 'apps.kubernetes.io/pod-index';
export const NAME_LABEL = 'statefulset.kubernetes.io/pod-name';

export function ordinalOf(set: StatefulSet, pod: { metadata: { name: string } }): number | undefined {
  const match = /^(.*)-(\d+)$/.exec(pod.metadata.name);
  return match?.[1] === set.metadata.name ? Number(match[2]) : undefined;
}

export const claimName = (set: StatefulSet, template: PersistentVolumeClaim, ordinal: number): string =>
  `${template.metadata.name}-${set.metadata.name}-${ordinal}`;

/** The pod with an ordinal: a name, host name and claims of its own. */
export function statefulPod(set: StatefulSet, template: PodTemplateSpec, revision: string, ordinal: number): Pod {
  const pod = podFromTemplate(template, statefulsets, set);
  const name = `${set.metadata.name}-${ordinal}`;
  const { generateName: _, ...metadata } = pod.metadata;
  const claimed = new Set((set.spec.volumeClaimTemplates ?? []).map((t) => t.metadata.name));
  const volumes = [
    ...(set.spec.volumeClaimTemplates ?? []).map((t) => ({
      name: t.metadata.name,
      persistentVolumeClaim: { claimName: claimName(set, t, ordinal) },
    })),
    ...(pod.spec.volumes ?? []).filter((volume) => !claimed.has(volume.name)),
  ];
  return {
    ...pod,
    metadata: {
      ...metadata,
      name,
      generateName: `${set.metadata.name}-`,
      labels: { ...metadata.labels, [NAME_LABEL]: name, [INDEX_LABEL]: String(ordinal), [REVISION_HASH]: revision },
    },
    spec: {
      ...pod.spec,
      hostname: name,
      ...(set.spec.serviceName ? { subdomain: set.spec.serviceName } : {}),
      ...(volumes.length > 0 ? { volumes } : {}),
    },
  };
}

/** The claims that a pod with an ordinal needs. */
export function claimsFor(set: StatefulSet, ordinal: number): PersistentVolumeClaim[] {
  return (set.spec.volumeClaimTemplates ?? []).map((template) => {
    const claim = deepClone(template);
    const { status: _, ...rest } = claim;
    return {
      ...rest,
      metadata: {
        ...claim.metadata,
        name: claimName(set, template, ordinal),
        namespace: set.metadata.namespace ?? '',
        labels: { ...claim.metadata.labels, ...set.spec.selector.matchLabels },
      },
    };
  });
}

/** Owner references of a claim under the set's retention policy; undefined when they are right already. */
export function retention(set: StatefulSet, claim: PersistentVolumeClaim, pod: Pod | undefined, scaledDown: boolean) {
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  const owners = claim.metadata.ownerReferences ?? [];
  const others = owners.filter((o) => o.uid !== set.metadata.uid && o.kind !== 'Pod');
  const wanted = [...others];
  if (whenScaled === 'Delete' && scaledDown && pod) {
    const { name, uid = '' } = pod.metadata;
    wanted.push({ apiVersion: 'v1', kind: 'Pod', name, uid, controller: true, blockOwnerDeletion: true });
  } else if (whenDeleted === 'Delete') {
    wanted.push({ ...controllerReference(statefulsets, set), apiVersion: apiVersionOf(statefulsets) });
  }
  const same = wanted.length === owners.length && wanted.every((w) => owners.some((o) => o.uid === w.uid));
  return same ? undefined : wanted;
}
