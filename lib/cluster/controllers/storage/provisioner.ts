import { createEventRecorder } from '../../client/event-recorder.ts';
import { startReconciler } from '../../client/reconciler.ts';
import { isBound, SELECTED_NODE, storageClassOf } from '../../client/semantics/volumes.ts';
import { objectKey, splitKey } from '../../machinery/object.ts';
import { isAlreadyExists, isNotFound } from '../../machinery/status-error.ts';
import { persistentvolumeclaims, persistentvolumes, storageclasses } from '../../schema/generated/resources.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../schema/generated/types.ts';
import type { Controller, ControllerContext } from '../controller.ts';

export const PROVISIONER = 'volume.kubernetes.io/storage-provisioner';
export const PROVISIONER_BETA = 'volume.beta.kubernetes.io/storage-provisioner';
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';

/** Provisioners that exist in simulation, and where each puts its directories on a node. */
const DIRECTORIES: Readonly<Record<string, string>> = {
  'rancher.io/local-path': '/opt/local-path-provisioner',
  'k8s.io/minikube-hostpath': '/tmp/hostpath-provisioner',
  'docker.io/hostpath': '/var/lib/k8s-pvs',
  'hostpath.csi.k8s.io': '/var/lib/csi-hostpath-data',
};

/** Makes directories on nodes for claims, as the provisioners that people install do. The kubelet makes them real. */
export const directoryProvisioner: Controller = {
  name: 'directory-provisioner',
  serviceAccount: 'persistent-volume-binder',
  start: startProvisioner,
};

function startProvisioner(context: ControllerContext) {
  const { client, informers } = context;
  const claims = informers.informer(persistentvolumeclaims);
  const volumes = informers.informer(persistentvolumes);
  const classes = informers.informer(storageclasses);
  const recorders = new Map(
    Object.keys(DIRECTORIES).map((name) => [name, createEventRecorder({ ...context, component: name })]),
  );
  const reconciler = startReconciler({ ...context, informers: [claims, volumes, classes], reconcile });
  const { queue } = reconciler;
  const enqueueClaim = (claim: PersistentVolumeClaim) => {
    if (DIRECTORIES[claim.metadata.annotations?.[PROVISIONER] ?? '']) queue.add(objectKey(claim));
  };
  const enqueueVolume = (volume: PersistentVolume) => {
    if (DIRECTORIES[volume.metadata.annotations?.[PROVISIONED_BY] ?? '']) queue.add(volume.metadata.name);
  };
  reconciler.own(
    claims.onEvent({ add: enqueueClaim, update: enqueueClaim }),
    volumes.onEvent({ add: enqueueVolume, update: enqueueVolume }),
    () => {
      for (const recorder of recorders.values()) recorder.stop();
    },
  );

  async function reconcile(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    if (namespace) {
      const claim = claims.get(namespace, name);
      if (claim) await provision(claim);
      return;
    }
    const volume = volumes.get('', name);
    const unused = volume?.status?.phase === 'Released' && volume.spec?.persistentVolumeReclaimPolicy === 'Delete';
    if (!unused || volume.metadata.deletionTimestamp) return;
    await client.delete(persistentvolumes, '', name).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  }

  async function provision(claim: PersistentVolumeClaim): Promise<void> {
    const storageClass = classes.get('', storageClassOf(claim));
    const node = claim.metadata.annotations?.[SELECTED_NODE];
    if (!storageClass || claim.metadata.deletionTimestamp || isBound(claim)) return;
    if (claim.spec?.volumeName || (storageClass.volumeBindingMode === 'WaitForFirstConsumer' && !node)) return;
    const draft = volumeFor(claim, storageClass, node);
    if (volumes.get('', draft.metadata.name)) return;
    const events = recorders.get(storageClass.provisioner);
    const about = `External provisioner is provisioning volume for claim "${objectKey(claim)}"`;
    events?.event(persistentvolumeclaims, claim, 'Normal', 'Provisioning', about);
    try {
      await client.create(persistentvolumes, draft);
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
    const done = `Successfully provisioned volume ${draft.metadata.name}`;
    events?.event(persistentvolumeclaims, claim, 'Normal', 'ProvisioningSucceeded', done);
  }

  return reconciler;
}

function volumeFor(
  claim: PersistentVolumeClaim,
  storageClass: StorageClass,
  node: string | undefined,
): PersistentVolume {
  const { namespace = '', name: claimName, uid = '', resourceVersion = '' } = claim.metadata;
  const name = `pvc-${uid}`;
  const path = `${DIRECTORIES[storageClass.provisioner]}/${name}_${namespace}_${claimName}`;
  const onNode = { key: 'kubernetes.io/hostname', operator: 'In', values: [node ?? ''] };
  return {
    metadata: { name, annotations: { [PROVISIONED_BY]: storageClass.provisioner } },
    spec: {
      capacity: { storage: claim.spec?.resources?.requests?.['storage'] ?? '0' },
      accessModes: claim.spec?.accessModes ?? [],
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name: claimName, uid, resourceVersion },
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
      storageClassName: storageClass.metadata.name,
      volumeMode: claim.spec?.volumeMode ?? 'Filesystem',
      ...(storageClass.mountOptions ? { mountOptions: storageClass.mountOptions } : {}),
      hostPath: { path, type: 'DirectoryOrCreate' },
      ...(node ? { nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [onNode] }] } } } : {}),
    },
  };
}
