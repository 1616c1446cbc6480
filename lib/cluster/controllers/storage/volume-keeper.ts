import type { Client } from '../../client/client.ts';
import type { EventRecorder } from '../../client/event-recorder.ts';
import type { Informer } from '../../client/informer.ts';
import { BOUND_BY_CONTROLLER } from '../../client/semantics/volumes.ts';
import { isNotFound } from '../../machinery/status-error.ts';
import { persistentvolumes } from '../../schema/generated/resources.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../schema/generated/types.ts';
import { PROVISIONED_BY } from './provisioner.ts';

/** Keeps a volume's phase, and reclaims it when its claim has gone. */
export class VolumeKeeper {
  readonly #client: Client;
  readonly #events: EventRecorder;
  readonly #claims: Informer<PersistentVolumeClaim>;

  constructor({ client }: { client: Client }, events: EventRecorder, claims: Informer<PersistentVolumeClaim>) {
    this.#client = client;
    this.#events = events;
    this.#claims = claims;
  }

  async sync(volume: PersistentVolume): Promise<void> {
    const reference = volume.spec?.claimRef;
    if (!reference?.uid) return this.#setPhase(volume, 'Available');
    const found = this.#claims.get(reference.namespace ?? '', reference.name ?? '');
    const claim = found?.metadata.uid === reference.uid ? found : undefined;
    if (!claim) {
      if (volume.status?.phase !== 'Failed') await this.#setPhase(volume, 'Released');
      return this.#reclaim(volume);
    }
    if (claim.spec?.volumeName === volume.metadata.name) return this.#setPhase(volume, 'Bound');
    if (!claim.spec?.volumeName) return;
    // The claim took another volume: this one is free again.
    if (volume.metadata.annotations?.[BOUND_BY_CONTROLLER] !== undefined) await this.#free(volume);
    else {
      const { uid: _uid, resourceVersion: _version, ...claimRef } = reference;
      await this.#client.update(persistentvolumes, { ...volume, spec: { ...volume.spec, claimRef } });
    }
  }

  async #reclaim(volume: PersistentVolume): Promise<void> {
    const { persistentVolumeReclaimPolicy: policy, hostPath } = volume.spec ?? {};
    if (volume.metadata.deletionTimestamp) return;
    // An external provisioner deletes what it has made.
    if (policy === 'Delete' && volume.metadata.annotations?.[PROVISIONED_BY] === undefined) {
      if (hostPath && /^\/tmp\/.+/.test(hostPath.path)) return this.#delete(volume);
      const problem = hostPath
        ? `host_path deleter only supports /tmp/.+ but received provided ${hostPath.path}`
        : `error getting deleter volume plugin for volume "${volume.metadata.name}": no deletable volume plugin matched`;
      await this.#fail(volume, 'VolumeFailedDelete', problem);
    } else if (policy === 'Recycle') {
      if (!hostPath && !volume.spec?.nfs)
        return this.#fail(volume, 'VolumeFailedRecycle', 'No recycler plugin found for the volume!');
      this.#events.event(persistentvolumes, volume, 'Normal', 'VolumeRecycled', 'Volume recycled');
      await this.#free(volume);
    }
  }

  async #fail(volume: PersistentVolume, reason: string, message: string): Promise<void> {
    if (volume.status?.phase === 'Failed') return;
    await this.#setPhase(volume, 'Failed', message);
    this.#events.event(persistentvolumes, volume, 'Warning', reason, message);
  }

  async #delete({ metadata }: PersistentVolume): Promise<void> {
    try {
      await this.#client.delete(persistentvolumes, '', metadata.name);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  async #free(volume: PersistentVolume): Promise<void> {
    const { [BOUND_BY_CONTROLLER]: _bound, ...annotations } = volume.metadata.annotations ?? {};
    const { claimRef: _claim, ...spec } = volume.spec ?? {};
    await this.#client.update(persistentvolumes, { ...volume, metadata: { ...volume.metadata, annotations }, spec });
  }

  async #setPhase(volume: PersistentVolume, phase: string, message?: string): Promise<void> {
    if (volume.status?.phase === phase) return;
    const { message: _, ...status } = volume.status ?? {};
    const latest = await this.#client.get(persistentvolumes, '', volume.metadata.name);
    await this.#client.updateStatus(persistentvolumes, {
      ...latest,
      status: { ...status, phase, ...(message === undefined ? {} : { message }) },
    });
  }
}
