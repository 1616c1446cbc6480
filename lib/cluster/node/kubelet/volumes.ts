import { quantityValue } from '../../machinery/quantity.ts';
import type {
  ConfigMap,
  KeyToPath,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  ProjectedVolumeSource,
  Secret,
  ServiceAccountTokenProjection,
  Volume,
} from '../../schema/generated/types.ts';
import type { Disk } from '../machine.ts';
import type { DiskTree } from '../runtime/fs/disk-tree.ts';
import { FileSystem } from '../runtime/fs/file-system.ts';
import { fieldValue, resourceValue, type EnvironmentSources } from './environment.ts';
import { openHostPath } from './host-path.ts';
import { writePayload, type Payload } from './payload.ts';

/** A volume cannot be set up; the message stands in a FailedMount event. Tried again until it can. */
export class MountError extends Error {}

/** What volumes are made from, beyond what variables are. */
export interface VolumeSources extends EnvironmentSources {
  claim(name: string): Promise<PersistentVolumeClaim | undefined>;
  persistentVolume(name: string): Promise<PersistentVolume | undefined>;
  token(source: ServiceAccountTokenProjection): Promise<string>;
  now(): number;
}

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

const failed = (volume: Volume, why: readonly string[]) =>
  new MountError(
    `MountVolume.SetUp failed for volume ${JSON.stringify(volume.name)} : ${why.length === 1 ? why[0] : `[${why.join(', ')}]`}`,
  );

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
  if (csi || nfs) {
    // A provisioned volume: its data lies on a disk of the simulated storage, kept on the node.
    const tree = openHostPath(disk, `/var/lib/drydock/volumes/${pv.metadata.name}`, 'DirectoryOrCreate');
    if (typeof tree === 'string') throw failure(tree);
    return { tree, readOnly, fsType: nfs ? 'nfs4' : 'ext4', live: false };
  }
  throw failure(`no volume plugin matched`);
}

/** The files of a volume whose content comes from the API. */
async function payloadOf(pod: Pod, volume: Volume, sources: VolumeSources): Promise<[plugin: string, Payload]> {
  const payload: Payload = new Map();
  if (volume.configMap) {
    const { name = '', items, defaultMode = 0o644, optional } = volume.configMap;
    const map = await sources.configMap(name);
    if (!map && !optional) throw failed(volume, [`configmap ${JSON.stringify(name)} not found`]);
    const fault = addKeys(payload, dataOf(map), items, defaultMode, optional, 'configmap');
    if (fault) throw failed(volume, [fault]);
    return ['configmap', payload];
  }
  if (volume.secret) {
    const { secretName = '', items, defaultMode = 0o644, optional } = volume.secret;
    const secret = await sources.secret(secretName);
    if (!secret && !optional) throw failed(volume, [`secret ${JSON.stringify(secretName)} not found`]);
    const fault = addKeys(payload, dataOf(secret), items, defaultMode, optional, 'secret');
    if (fault) throw failed(volume, [fault]);
    return ['secret', payload];
  }
  if (volume.downwardAPI) {
    addFields(payload, pod, volume.downwardAPI.items, volume.downwardAPI.defaultMode ?? 0o644, sources);
    return ['downward-api', payload];
  }
  if (volume.projected) {
    const faults = await project(payload, pod, volume.projected, sources);
    if (faults.length) throw failed(volume, faults);
    return ['projected', payload];
  }
  const plugin = Object.keys(volume).find((key) => key !== 'name') ?? '';
  throw failed(volume, [`volumes of type ${plugin} are not simulated by Drydock`]);
}

async function project(
  payload: Payload,
  pod: Pod,
  source: ProjectedVolumeSource,
  sources: VolumeSources,
): Promise<string[]> {
  const { defaultMode = 0o644 } = source;
  const faults: string[] = [];
  for (const part of source.sources ?? []) {
    if (part.configMap) {
      const { name = '', items, optional } = part.configMap;
      const map = await sources.configMap(name);
      if (!map && !optional) faults.push(`configmap ${JSON.stringify(name)} not found`);
      else {
        const fault = addKeys(payload, dataOf(map), items, defaultMode, optional, 'configmap');
        if (fault) faults.push(fault);
      }
    } else if (part.secret) {
      const { name = '', items, optional } = part.secret;
      const secret = await sources.secret(name);
      if (!secret && !optional) faults.push(`secret ${JSON.stringify(name)} not found`);
      else {
        const fault = addKeys(payload, dataOf(secret), items, defaultMode, optional, 'secret');
        if (fault) faults.push(fault);
      }
    } else if (part.downwardAPI) addFields(payload, pod, part.downwardAPI.items, defaultMode, sources);
    else if (part.serviceAccountToken) {
      try {
        const token = await sources.token(part.serviceAccountToken);
        // Only its owner reads a token, unless the pod's group must: then the group does, too.
        payload.set(part.serviceAccountToken.path, {
          data: Buffer.from(token),
          mode: pod.spec.securityContext?.fsGroup === undefined ? defaultMode : 0o600,
        });
      } catch (err) {
        faults.push(`failed to fetch token: ${err instanceof Error ? err.message : String(err)}`);
      }
    }
  }
  return faults;
}

function dataOf(object: ConfigMap | Secret | undefined): Map<string, Uint8Array> {
  const data = new Map<string, Uint8Array>();
  const isSecret = object?.kind === 'Secret' || (object !== undefined && 'type' in object);
  for (const [key, value] of Object.entries(object?.data ?? {}))
    data.set(key, Buffer.from(value, isSecret ? 'base64' : 'utf8'));
  if (object && 'binaryData' in object) {
    for (const [key, value] of Object.entries(object.binaryData ?? {})) data.set(key, Buffer.from(value, 'base64'));
  }
  return data;
}

/** Adds an object's keys as files; answers what is wrong with the items. */
function addKeys(
  payload: Payload,
  data: ReadonlyMap<string, Uint8Array>,
  items: readonly KeyToPath[] | undefined,
  defaultMode: number,
  optional: boolean | undefined,
  kind: string,
): string | undefined {
  if (!items?.length) {
    for (const [key, bytes] of data) payload.set(key, { data: bytes, mode: defaultMode });
    return undefined;
  }
  for (const { key, path, mode } of items) {
    const bytes = data.get(key);
    if (bytes) payload.set(path, { data: bytes, mode: mode ?? defaultMode });
    else if (!optional)
      return kind === 'secret'
        ? `references non-existent secret key: ${key}`
        : `${kind} references non-existent config key: ${key}`;
  }
  return undefined;
}

interface FieldFile {
  path: string;
  mode?: number;
  fieldRef?: { fieldPath: string };
  resourceFieldRef?: { containerName?: string; resource: string; divisor?: string };
}

function addFields(
  payload: Payload,
  pod: Pod,
  items: readonly FieldFile[] | undefined,
  defaultMode: number,
  sources: VolumeSources,
): void {
  for (const { path, mode, fieldRef, resourceFieldRef } of items ?? []) {
    const container = pod.spec.containers.find((c) => c.name === resourceFieldRef?.containerName);
    const text = fieldRef
      ? fieldValue(pod, fieldRef, sources)
      : resourceFieldRef
        ? resourceValue(pod, container, resourceFieldRef, sources.allocatable)
        : '';
    payload.set(path, { data: Buffer.from(text), mode: mode ?? defaultMode });
  }
}

/** A folder or file inside a volume, for subPath; made as a directory when absent. Never leads out of the volume. */
export function subTree(volume: MountedVolume, subPath: string): DiskTree {
  const fs = new FileSystem([{ path: '/', tree: volume.tree, readOnly: false, fsType: volume.fsType }]);
  if (!fs.exists(`/${subPath}`)) fs.mkdir(`/${subPath}`, { recursive: true, mode: 0o750 });
  const path = fs.realpath(`/${subPath}`).slice(1);
  return volume.tree.below(path);
}
