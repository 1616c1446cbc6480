import type { ConfigMap, KeyToPath, Pod, ProjectedVolumeSource, Secret, Volume } from '../../schema/generated/types.ts';
import { fieldValue, resourceValue } from './environment.ts';
import type { Payload } from './payload.ts';
import { MountError, type VolumeSources } from './volume-sources.ts';

const failed = (volume: Volume, why: readonly string[]) =>
  new MountError(
    `MountVolume.SetUp failed for volume ${JSON.stringify(volume.name)} : ${why.length === 1 ? why[0] : `[${why.join(', ')}]`}`,
  );

/** The files of a volume whose content comes from the API. */
export async function payloadOf(pod: Pod, volume: Volume, sources: VolumeSources): Promise<[plugin: string, Payload]> {
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
    } else faults.push(`sources of type ${Object.keys(part)[0] ?? ''} are not simulated by Drydock`);
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
