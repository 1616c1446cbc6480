import { attachmentName } from '../../client/semantics/volumes.ts';
import type { Client } from '../../client/client.ts';
import type { KubeObject } from '../../machinery/object.ts';
import type { Resource } from '../../machinery/resource.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import {
  configmaps,
  csidrivers,
  csinodes,
  persistentvolumeclaims,
  persistentvolumes,
  secrets,
  volumeattachments,
} from '../../schema/generated/resources.ts';
import type { PersistentVolume } from '../../schema/generated/types.ts';
import type { KubeletServices } from './services.ts';
import type { CsiState } from './volume-sources.ts';

export type ApiReader = Pick<KubeletServices, 'configMap' | 'secret' | 'claim' | 'persistentVolume' | 'csiState'>;

/** Reads what the pods of a node are made from; what is not there is undefined. */
export function apiReader(client: Client, node: string): ApiReader {
  const read = async <T extends KubeObject>(
    resource: Resource<T>,
    namespace: string,
    name: string,
  ): Promise<T | undefined> => {
    try {
      return await client.get(resource, namespace, name);
    } catch (err) {
      if (isNotFound(err)) return undefined;
      throw err;
    }
  };
  const csiState = async (volume: PersistentVolume): Promise<CsiState> => {
    const driver = volume.spec?.csi?.driver ?? '';
    if ((await read(csidrivers, '', driver))?.spec.attachRequired !== false) {
      const attachment = await read(volumeattachments, '', attachmentName(volume, node));
      if (!attachment?.status?.attached) return 'unattached';
    }
    const registered = (await read(csinodes, '', node))?.spec.drivers ?? [];
    return registered.some(({ name }) => name === driver) ? 'ready' : 'unregistered';
  };
  return {
    configMap: (namespace, name) => read(configmaps, namespace, name),
    secret: (namespace, name) => read(secrets, namespace, name),
    claim: (namespace, name) => read(persistentvolumeclaims, namespace, name),
    persistentVolume: (name) => read(persistentvolumes, '', name),
    csiState,
  };
}
