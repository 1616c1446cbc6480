import { claimNameOf } from '../../client/semantics/volumes.ts';
import { unfit, type Plugin } from '../framework.ts';

/** A claim with ReadWriteOncePod belongs to one pod of the cluster. */
export const volumeRestrictions: Plugin = {
  name: 'VolumeRestrictions',
  events: ['pod', 'claim'],
  helps: (_, happening) => happening.event === 'claim' || (happening.event === 'pod' && !happening.now),
  filter(pod, snapshot) {
    const { namespace = '', uid } = pod.metadata;
    const exclusive = new Set(
      (pod.spec.volumes ?? [])
        .map((volume) => claimNameOf(pod, volume))
        .filter((name): name is string => name !== undefined)
        .filter((name) => snapshot.claims.get(namespace, name)?.spec?.accessModes?.includes('ReadWriteOncePod')),
    );
    if (exclusive.size === 0) return undefined;
    const inUse = snapshot.nodes.some(({ pods }) =>
      [...pods].some(
        (other) =>
          other.metadata.namespace === namespace &&
          other.metadata.uid !== uid &&
          (other.spec.volumes ?? []).some((volume) => exclusive.has(claimNameOf(other, volume) ?? '')),
      ),
    );
    const reason =
      'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod';
    return inUse ? () => unfit(reason, true) : undefined;
  },
};
