import { createEventRecorder, type EventRecorder, type EventType } from '../../client/event-recorder.ts';
import type { Informer } from '../../client/informer.ts';
import { startReconciler } from '../../client/reconciler.ts';
import type { Client } from '../../client/client.ts';
import {
  BIND_COMPLETED,
  BOUND_BY_CONTROLLER,
  claimNameOf,
  findVolume,
  isBound,
  isClaimFor,
  SELECTED_NODE,
  storageClassOf,
} from '../../client/semantics/volumes.ts';
import { objectKey, splitKey } from '../../machinery/object.ts';
import { quantityNanos } from '../../machinery/quantity.ts';
import { persistentvolumeclaims, persistentvolumes, pods, storageclasses } from '../../schema/generated/resources.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../schema/generated/types.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { PROVISIONER, PROVISIONER_BETA } from './provisioner.ts';
import { VolumeKeeper } from './volume-keeper.ts';

/** Binds claims to volumes, and reclaims volumes (upstream: pkg/controller/volume/persistentvolume). */
export const volumeBinder: Controller = {
  name: 'persistentvolume-binder-controller',
  serviceAccount: 'persistent-volume-binder',
  start: startBinder,
};

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
const NO_PROVISIONER = 'kubernetes.io/no-provisioner';

function startBinder(context: ControllerContext) {
  const { informers } = context;
  const claims = informers.informer(persistentvolumeclaims);
  const volumes = informers.informer(persistentvolumes);
  const classes = informers.informer(storageclasses);
  const podInformer = informers.informer(pods);
  const events = createEventRecorder({ ...context, component: 'persistentvolume-controller' });
  const binder = new Binder(context.client, events, claims, volumes, classes);
  const keeper = new VolumeKeeper(context, events, claims);
  // One worker: two claims must not be given the same volume.
  const reconciler = startReconciler({
    ...context,
    workers: 1,
    informers: [claims, volumes, classes],
    async reconcile(key) {
      const { namespace, name } = splitKey(key);
      if (namespace) {
        const claim = claims.get(namespace, name);
        if (claim) await binder.sync(claim, waitingPod(claim));
      } else {
        const volume = volumes.get('', name);
        if (volume) await keeper.sync(volume);
      }
    },
  });
  const { queue } = reconciler;
  const enqueueUnbound = () => {
    for (const claim of claims.list()) if (!isBound(claim)) queue.add(objectKey(claim));
  };
  const claimChanged = (claim: PersistentVolumeClaim) => {
    queue.add(objectKey(claim));
    if (claim.spec?.volumeName) queue.add(claim.spec.volumeName);
  };
  const claimGone = (claim: PersistentVolumeClaim) => {
    if (claim.spec?.volumeName) queue.add(claim.spec.volumeName);
    for (const volume of volumes.list()) if (isClaimFor(volume, claim)) queue.add(volume.metadata.name);
  };
  const claimOf = (volume: PersistentVolume) => {
    const { namespace, name } = volume.spec?.claimRef ?? {};
    if (namespace && name) queue.add(`${namespace}/${name}`);
  };
  const volumeChanged = (volume: PersistentVolume) => {
    queue.add(volume.metadata.name);
    claimOf(volume);
    if (volume.status?.phase !== 'Bound') enqueueUnbound();
  };
  reconciler.own(
    claims.onEvent({ add: claimChanged, update: claimChanged, delete: claimGone }),
    volumes.onEvent({
      add: volumeChanged,
      update(volume, old) {
        volumeChanged(volume);
        claimOf(old);
      },
      delete: claimOf,
    }),
    classes.onEvent({ add: enqueueUnbound, update: enqueueUnbound }),
    () => events.stop(),
  );

  function waitingPod({ metadata }: PersistentVolumeClaim): string | undefined {
    return podInformer
      .list(metadata.namespace ?? '')
      .find((pod) => !pod.spec.nodeName && pod.spec.volumes?.some((v) => claimNameOf(pod, v) === metadata.name))
      ?.metadata.name;
  }
  return reconciler;
}

/** What a claim gets, and what it is told. */
class Binder {
  readonly #client: Client;
  readonly #events: EventRecorder;
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #volumes: Informer<PersistentVolume>;
  readonly #classes: Informer<StorageClass>;

  constructor(
    client: Client,
    events: EventRecorder,
    claims: Informer<PersistentVolumeClaim>,
    volumes: Informer<PersistentVolume>,
    classes: Informer<StorageClass>,
  ) {
    this.#client = client;
    this.#events = events;
    this.#claims = claims;
    this.#volumes = volumes;
    this.#classes = classes;
  }

  async sync(claim: PersistentVolumeClaim, waitingPod: string | undefined): Promise<void> {
    if (claim.metadata.annotations?.[BIND_COMPLETED] !== undefined) return this.#syncBound(claim);
    if (claim.metadata.deletionTimestamp) return;
    if (claim.spec?.volumeName) return this.#syncNamed(claim, claim.spec.volumeName);
    const storageClass = this.#classes.get('', storageClassOf(claim));
    const waits =
      storageClass?.volumeBindingMode === 'WaitForFirstConsumer' &&
      claim.metadata.annotations?.[SELECTED_NODE] === undefined;
    const found = findVolume(claim, this.#volumes.list(), { delayed: waits });
    if (found) return this.#bind(found, claim);
    if (waits) {
      const [reason, message] = waitingPod
        ? ['WaitForPodScheduled', `waiting for pod ${waitingPod} to be scheduled`]
        : ['WaitForFirstConsumer', 'waiting for first consumer to be created before binding'];
      this.#event(claim, 'Normal', reason, message);
    } else if (storageClassOf(claim)) {
      // What the class's provisioner is asked for keeps its phase, whoever set it.
      return this.#order(claim, storageClass);
    } else if (await this.#assignDefaultClass(claim)) return;
    else {
      const message = 'no persistent volumes available for this claim and no storage class is set';
      this.#event(claim, 'Normal', 'FailedBinding', message);
    }
    await this.#setPhase(claim, 'Pending');
  }

  #event(claim: PersistentVolumeClaim, type: EventType, reason: string, message: string): void {
    this.#events.event(persistentvolumeclaims, claim, type, reason, message);
  }

  /** A claim that names its volume. */
  async #syncNamed(claim: PersistentVolumeClaim, name: string): Promise<void> {
    const volume = this.#volumes.get('', name);
    if (volume && (!volume.spec?.claimRef || isClaimFor(volume, claim))) {
      const mismatch = volume.spec?.claimRef ? undefined : mismatchOf(volume, claim);
      if (mismatch === undefined) return this.#bind(volume, claim);
      const message = `Cannot bind to requested volume "${name}": ${mismatch}`;
      this.#event(claim, 'Warning', 'VolumeMismatch', message);
    } else if (volume) {
      this.#event(claim, 'Warning', 'FailedBinding', `volume "${name}" already bound to a different claim.`);
    }
    await this.#setPhase(claim, 'Pending');
  }

  async #syncBound(claim: PersistentVolumeClaim): Promise<void> {
    const name = claim.spec?.volumeName;
    const volume = name && this.#volumes.get('', name);
    const lose = async (reason: string, message: string) => {
      if (claim.status?.phase === 'Lost') return;
      await this.#setPhase(claim, 'Lost');
      this.#event(claim, 'Warning', reason, message);
    };
    if (!name)
      return lose('ClaimLost', 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!');
    if (!volume) return lose('ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
    if (!volume.spec?.claimRef || isClaimFor(volume, claim)) return this.#bind(volume, claim);
    return lose('ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly');
  }

  /** Orders a volume from the class's provisioner. */
  async #order(claim: PersistentVolumeClaim, storageClass: StorageClass | undefined): Promise<void> {
    if (!storageClass) {
      const message = `storageclass.storage.k8s.io "${storageClassOf(claim)}" not found`;
      return this.#event(claim, 'Warning', 'ProvisioningFailed', message);
    }
    const { provisioner } = storageClass;
    if (provisioner === NO_PROVISIONER) {
      const message = `no volume plugin matched name: ${NO_PROVISIONER}`;
      return this.#event(claim, 'Warning', 'ProvisioningFailed', message);
    }
    let ordered = claim;
    if (claim.metadata.annotations?.[PROVISIONER] !== provisioner) {
      const annotations = { [PROVISIONER]: provisioner, [PROVISIONER_BETA]: provisioner };
      const metadata = { ...claim.metadata, annotations: { ...claim.metadata.annotations, ...annotations } };
      ordered = await this.#client.update(persistentvolumeclaims, { ...claim, metadata });
    }
    const message = `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
    this.#event(ordered, 'Normal', 'ExternalProvisioning', message);
  }

  /** A claim made before there was a default class gets it afterwards; one that asks for none ('') does not. */
  async #assignDefaultClass(claim: PersistentVolumeClaim): Promise<boolean> {
    if (claim.spec?.storageClassName !== undefined) return false;
    const newest = this.#classes
      .list()
      .filter((c) => c.metadata.annotations?.[DEFAULT_CLASS] === 'true')
      .sort((a, b) => ((a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? 1 : -1))[0];
    if (!newest) return false;
    const spec = { ...claim.spec, storageClassName: newest.metadata.name };
    await this.#client.update(persistentvolumeclaims, { ...claim, spec });
    return true;
  }

  async #bind(volume: PersistentVolume, claim: PersistentVolumeClaim): Promise<void> {
    const { namespace = '', name, uid, resourceVersion } = claim.metadata;
    if (volume.spec?.claimRef?.uid !== uid) {
      const reserved = Boolean(volume.spec?.claimRef);
      const claimRef = {
        kind: 'PersistentVolumeClaim',
        namespace,
        name,
        ...(uid && { uid }),
        apiVersion: 'v1',
        ...(resourceVersion && { resourceVersion }),
      };
      const annotations = { ...volume.metadata.annotations, ...(reserved ? {} : { [BOUND_BY_CONTROLLER]: 'yes' }) };
      await this.#client.update(persistentvolumes, {
        ...volume,
        metadata: { ...volume.metadata, annotations },
        spec: { ...volume.spec, claimRef },
      });
    }
    if (volume.status?.phase !== 'Bound') {
      const latest = await this.#client.get(persistentvolumes, '', volume.metadata.name);
      await this.#client.updateStatus(persistentvolumes, { ...latest, status: { ...latest.status, phase: 'Bound' } });
    }
    let bound = claim;
    if (!isBound(claim)) {
      const annotations: Record<string, string> = { ...claim.metadata.annotations, [BIND_COMPLETED]: 'yes' };
      if (!claim.spec?.volumeName) annotations[BOUND_BY_CONTROLLER] = 'yes';
      bound = await this.#client.update(persistentvolumeclaims, {
        ...claim,
        metadata: { ...claim.metadata, annotations },
        spec: { ...claim.spec, volumeName: volume.metadata.name },
      });
    }
    await this.#setPhase(bound, 'Bound', volume);
  }

  async #setPhase(claim: PersistentVolumeClaim, phase: string, volume?: PersistentVolume): Promise<void> {
    const { namespace = '', name } = claim.metadata;
    const latest = this.#claims.get(namespace, name) ?? claim;
    // The capacity of a bound claim grows only with its resizing.
    if (latest.status?.phase === phase) return;
    const { accessModes, capacity, ...rest } = latest.status ?? {};
    const given = volume ? { accessModes: volume.spec?.accessModes ?? [], capacity: volume.spec?.capacity ?? {} } : {};
    const kept = phase === 'Lost' ? {} : { ...(accessModes && { accessModes }), ...(capacity && { capacity }) };
    await this.#client.updateStatus(persistentvolumeclaims, {
      ...latest,
      status: { ...rest, ...kept, phase, ...given },
    });
  }
}

function mismatchOf(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  const asked = quantityNanos(claim.spec?.resources?.requests?.['storage']);
  if (quantityNanos(volume.spec?.capacity?.['storage']) < asked) return 'requested PV is too small';
  if (storageClassOf(volume) !== storageClassOf(claim)) return 'storageClassName does not match';
  if ((volume.spec?.volumeMode ?? 'Filesystem') !== (claim.spec?.volumeMode ?? 'Filesystem')) {
    return 'incompatible volumeMode';
  }
  const modes = volume.spec?.accessModes ?? [];
  if (!(claim.spec?.accessModes ?? []).every((mode) => modes.includes(mode))) return 'incompatible accessMode';
  return undefined;
}
