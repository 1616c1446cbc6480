import { claimNameOf } from '../../client/semantics/volumes.ts';
import { unfit, type Plugin } from '../framework.ts';

const ZONE_LABELS = [
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
];

/** Volumes that carry zone labels can be used in those zones only. */
export const volumeZone: Plugin = {
  name: 'VolumeZone',
  events: ['claim', 'volume', 'class', 'node'],
  filter(pod, snapshot) {
    const labels = (pod.spec.volumes ?? []).flatMap((volume) => {
      const claim = snapshot.claims.get(pod.metadata.namespace ?? '', claimNameOf(pod, volume) ?? '');
      const bound = snapshot.volumes.get('', claim?.spec?.volumeName ?? '');
      return Object.entries(bound?.metadata.labels ?? {}).filter(([key]) => ZONE_LABELS.includes(key));
    });
    if (labels.length === 0) return undefined;
    return ({ node }) => {
      const fits = labels.every(([key, zones]) => zones.split('__').includes(node.metadata.labels?.[key] ?? ''));
      return fits ? undefined : unfit('node(s) had no available volume zone');
    };
  },
};
