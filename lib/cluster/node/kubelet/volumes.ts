import { quantityValue } from '../../machinery/quantity.ts';
import type { Pod, Volume } from '../../schema/generated/types.ts';
import type { Disk } from '../machine.ts';
import type { DiskTree } from '../runtime/fs/disk-tree.ts';
import { openHostPath } from './host-path.ts';
import { writePayload } from './payload.ts';
import { payloadOf } from './volume-payload.ts';
import { MountError, type VolumeSources } from './volume-sources.ts';

/** A volume that is set up on the node. */
export interface MountedVolume {
  tree: DiskTree;
  readOnly: boolean;
  fsType: string;
  /** Its content comes from the API and is written anew when that changes. */
  live: boolean;
}

export const podDir = (uid: string): string => `/var/lib/kubelet/pods/${uid}`;

/** Sets up one volume of a pod below the kubelet's directory, or writes its content again. */
export async function mountVolume(
  disk: Disk,
  pod: Pod,
  volume: Volume,
  sources: VolumeSources,
  old?: MountedVolume,
): Promise<MountedVolume> {
  const uid = pod.metadata.uid ?? '';
  const dirFor = (plugin: string) => `${podDir(uid)}/volumes/kubernetes.io~${plugin}/${volume.name}`;
  const fsGroup = pod.spec.securityContext?.fsGroup;
  if (volume.emptyDir) {
    const dir = dirFor('empty-dir');
    if (old) return old;
    const fresh = !disk.fs.exists(dir);
    disk.fs.mkdir(dir, { recursive: true });
    const memory = volume.emptyDir.medium === 'Memory';
    const limit = volume.emptyDir.sizeLimit;
    const tree = disk.tree(dir, memory && limit ? quantityValue(limit) : undefined);
    if (fresh) {
      const mode = memory ? 0o1777 : 0o777;
      tree.chmod('', fsGroup === undefined ? mode : mode | 0o2000);
    }
    if (fsGroup !== undefined) tree.chown('', { uid: 0, gid: fsGroup });
    return { tree, readOnly: false, fsType: memory ? 'tmpfs' : 'ext4', live: false };
  }
  if (volume.hostPath) {
    if (old) return old;
    const tree = openHostPath(disk, volume.hostPath.path, volume.hostPath.type ?? '');
    if (typeof tree === 'string')
      throw new MountError(`MountVolume.SetUp failed for volume ${JSON.stringify(volume.name)} : ${tree}`);
    return { tree, readOnly: false, fsType: 'ext4', live: false };
  }
  if (volume.persistentVolumeClaim) {
    return (
      old ??
      mountClaim(
        disk,
        pod,
        volume,
        volume.persistentVolumeClaim.claimName,
        volume.persistentVolumeClaim.readOnly ?? false,
        sources,
      )
    );
  }
  if (volume.ephemeral)
    return old ?? mountClaim(disk, pod, volume, `${pod.metadata.name}-${volume.name}`, false, sources);
  const [plugin, payload] = await payloadOf(pod, volume, sources);
  const dir = dirFor(plugin);
  if (!old) {
    disk.fs.mkdir(dir, { recursive: true });
    disk.fs.chmod(dir, 0o777);
  }
  const tree = old?.tree ?? disk.tree(dir);
  writePayload(tree, payload, sources.now(), fsGroup);
  return { tree, readOnly: true, fsType: 'tmpfs', live: true };
}

async function mountClaim(
  disk: Disk,
  pod: Pod,
  volume: Volume,
  claimName: string,
  readOnly: boolean,
  sources: VolumeSources,
): Promise<MountedVolume> {
  const all = `unmounted volumes=[${volume.name}], unattached volumes=[], failed to process volumes=[${volume.name}]`;
  const claim = await sources.claim(claimName);
  if (!claim)
    throw new MountError(
      `Unable to attach or mount volumes: ${all}: error processing PVC ${pod.metadata.namespace}/${claimName}: failed to fetch PVC from API server: persistentvolumeclaims ${JSON.stringify(claimName)} not found`,
    );
  const mountedAsFile = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].some((c) =>
    c.volumeMounts?.some((m) => m.name === volume.name),
  );
  if (claim.spec?.volumeMode === 'Block' && mountedAsFile) {
    throw new MountError(
      `Unable to attach or mount volumes: ${all}: volume ${volume.name} has volumeMode Block, but is specified in volumeMounts`,
    );
  }
  const pv =
    claim.spec?.volumeName && claim.status?.phase === 'Bound'
      ? await sources.persistentVolume(claim.spec.volumeName)
      : undefined;
  if (!pv?.spec)
    throw new MountError(
      `Unable to attach or mount volumes: ${all}: error processing PVC ${pod.metadata.namespace}/${claimName}: PVC is not bound`,
    );
  const { hostPath, local, csi, nfs } = pv.spec;
  const failure = (why: string) =>
    new MountError(
      `MountVolume.${local ? 'NewMounter initialization' : 'SetUp'} failed for volume ${JSON.stringify(pv.metadata.name)} : ${why}`,
    );
  if (hostPath || local) {
    const path = hostPath?.path ?? local?.path ?? '';
    const tree = openHostPath(disk, path, local ? 'Local' : (hostPath?.type ?? ''));
    if (typeof tree === 'string') throw failure(tree);
    const fsGroup = pod.spec.securityContext?.fsGroup;
    if (local && fsGroup !== undefined) {
      tree.chown('', { uid: 0, gid: fsGroup });
      tree.chmod('', (tree.lookup('')?.mode ?? 0o755) | 0o2070);
    }
    return { tree, readOnly, fsType: 'ext4', live: false };
  }
  const state = csi ? await sources.csiState(pv) : 'ready';
  // The controller that has it attached says what is wrong.
  if (state === 'unattached') throw new MountError('');
  if (state === 'unregistered') {
    throw new MountError(
      `MountVolume.MountDevice failed for volume ${JSON.stringify(pv.metadata.name)} : kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: driver name ${csi?.driver} not found in the list of registered CSI drivers`,
    );
  }
  if (csi || nfs) {
    // A provisioned volume: its data lies on a disk of the simulated storage, kept on the node.
    const tree = openHostPath(disk, `/var/lib/drydock/volumes/${pv.metadata.name}`, 'DirectoryOrCreate');
    if (typeof tree === 'string') throw failure(tree);
    return { tree, readOnly, fsType: nfs ? 'nfs4' : 'ext4', live: false };
  }
  throw failure(`no volume plugin matched`);
}
