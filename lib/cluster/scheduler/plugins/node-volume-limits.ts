import { claimNameOf, storageClassOf } from '../../client/semantics/volumes.ts';
import type { CSINode, Pod } from '../../schema/generated/types.ts';
import { unfit, type Plugin, type Snapshot } from '../framework.ts';

/** The volumes of a pod that CSI drivers attach to its node, as `driver/handle`; claims that are not bound count for themselves. */
function attachedBy(pod: Pod, { claims, volumes, classes }: Snapshot): [driver: string, volume: string][] {
  const { namespace = '' } = pod.metadata;
  return (pod.spec.volumes ?? []).flatMap((volume): [string, string][] => {
    const name = claimNameOf(pod, volume);
    const claim = name === undefined ? undefined : claims.get(namespace, name);
    if (!claim) return [];
    const bound = volumes.get('', claim.spec?.volumeName ?? '');
    if (bound) {
      const { csi } = bound.spec ?? {};
      return csi ? [[csi.driver, csi.volumeHandle]] : [];
    }
    const provisioner = classes.get('', storageClassOf(claim))?.provisioner;
    return provisioner ? [[provisioner, `${namespace}/${name}`]] : [];
  });
}

function limitsOf(node: CSINode | undefined): Map<string, number> {
  const limits = new Map<string, number>();
  for (const { name, allocatable } of node?.spec?.drivers ?? []) {
    if (allocatable?.count !== undefined) limits.set(name, allocatable.count);
  }
  return limits;
}

/** Nodes attach as many volumes of a CSI driver as their CSINode says. */
export const nodeVolumeLimits: Plugin = {
  name: 'NodeVolumeLimits',
  events: ['pod', 'claim', 'volume', 'csi-node'],
  helps: (_, happening) => happening.event !== 'pod' || !happening.now,
  filter(pod, snapshot) {
    const wanted = attachedBy(pod, snapshot);
    if (wanted.length === 0) return undefined;
    return (node) => {
      const limits = limitsOf(snapshot.csiNodes.get('', node.name));
      if (limits.size === 0) return undefined;
      const attached = [...node.pods].flatMap((other) => attachedBy(other, snapshot));
      for (const [driver, limit] of limits) {
        const of = (all: typeof wanted) => all.filter(([d]) => d === driver).map(([, volume]) => volume);
        const before = new Set(of(attached));
        const more = new Set(of(wanted).filter((volume) => !before.has(volume)));
        if (more.size > 0 && before.size + more.size > limit) return unfit('node(s) exceed max volume count', true);
      }
      return undefined;
    };
  },
};
