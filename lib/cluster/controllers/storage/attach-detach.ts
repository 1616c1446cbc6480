import { createEventRecorder } from '../../client/event-recorder.ts';
import { startReconciler } from '../../client/reconciler.ts';
import { attachmentName, claimNameOf } from '../../client/semantics/volumes.ts';
import { isAlreadyExists, isNotFound } from '../../machinery/status-error.ts';
import {
  csidrivers,
  persistentvolumeclaims,
  persistentvolumes,
  pods,
  volumeattachments,
} from '../../schema/generated/resources.ts';
import type { PersistentVolume, Pod, VolumeAttachment } from '../../schema/generated/types.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { isPodFinished } from '../shared/pods.ts';

/**
 * Asks CSI drivers to attach volumes to the nodes of the pods that use them (upstream: pkg/controller/volume/attachdetach).
 * Whether a volume is attached, its driver says; without one the pods wait.
 */
export const attachDetach: Controller = {
  name: 'persistentvolume-attach-detach-controller',
  serviceAccount: 'attachdetach-controller',
  start: startAttachDetach,
};

/** How long an attacher is waited for before the pods are told. */
const TIMEOUT = 120_000;

interface Wanted {
  volume: PersistentVolume;
  users: Pod[];
}

function startAttachDetach(context: ControllerContext) {
  const { client, informers, clock } = context;
  const podInformer = informers.informer(pods);
  const claims = informers.informer(persistentvolumeclaims);
  const volumes = informers.informer(persistentvolumes);
  const drivers = informers.informer(csidrivers);
  const attachments = informers.informer(volumeattachments);
  podInformer.addIndex('node', (pod) => (pod.spec.nodeName ? [pod.spec.nodeName] : []));
  const events = createEventRecorder({ ...context, component: 'attachdetach-controller' });
  const watched = [podInformer, claims, volumes, drivers, attachments];
  /** Attachments whose success the pods have been told of. */
  const told = new Set<string>();
  const reconciler = startReconciler({ ...context, informers: watched, reconcile });
  const { queue } = reconciler;
  const usesClaims = (pod: Pod) => pod.spec.volumes?.some((volume) => claimNameOf(pod, volume) !== undefined) ?? false;
  const podChanged = (pod: Pod) => {
    if (pod.spec.nodeName && usesClaims(pod)) queue.add(pod.spec.nodeName);
  };
  const attachmentChanged = ({ spec }: VolumeAttachment) => queue.add(spec.nodeName);
  reconciler.own(
    podInformer.onEvent({ add: podChanged, update: podChanged, delete: podChanged }),
    claims.onEvent({
      update: ({ metadata }) => {
        for (const pod of podInformer.list(metadata.namespace ?? '')) podChanged(pod);
      },
    }),
    attachments.onEvent({ add: attachmentChanged, update: attachmentChanged, delete: attachmentChanged }),
    () => events.stop(),
  );

  /** The attachments that the pods of a node need, by name. */
  function wantedOn(node: string): Map<string, Wanted> {
    const wanted = new Map<string, Wanted>();
    for (const pod of podInformer.byIndex('node', node)) {
      if (isPodFinished(pod)) continue;
      for (const used of pod.spec.volumes ?? []) {
        const claim = claims.get(pod.metadata.namespace ?? '', claimNameOf(pod, used) ?? '');
        const volume = volumes.get('', claim?.spec?.volumeName ?? '');
        if (!volume?.spec?.csi || drivers.get('', volume.spec.csi.driver)?.spec.attachRequired === false) continue;
        const name = attachmentName(volume, node);
        wanted.set(name, { volume, users: [...(wanted.get(name)?.users ?? []), pod] });
      }
    }
    return wanted;
  }

  async function reconcile(node: string): Promise<void> {
    const wanted = wantedOn(node);
    for (const attachment of attachments.list()) {
      const { name } = attachment.metadata;
      if (attachment.spec.nodeName !== node || wanted.has(name)) continue;
      // What others have made by hand is theirs.
      const volume = volumes.get('', attachment.spec.source.persistentVolumeName ?? '');
      if (volume && name === attachmentName(volume, node)) await detach(name);
    }
    for (const [name, { volume, users }] of wanted) {
      const attachment = attachments.get('', name);
      if (!attachment) await attach(name, node, volume);
      else judge(node, attachment, volume, users);
    }
  }

  async function attach(name: string, node: string, volume: PersistentVolume): Promise<void> {
    const source = { persistentVolumeName: volume.metadata.name };
    const spec = { attacher: volume.spec?.csi?.driver ?? '', nodeName: node, source };
    try {
      await client.create(volumeattachments, { metadata: { name }, spec });
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
  }

  async function detach(name: string): Promise<void> {
    told.delete(name);
    try {
      await client.delete(volumeattachments, '', name);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  /** Tells the pods how the attachment goes. */
  function judge(node: string, attachment: VolumeAttachment, volume: PersistentVolume, users: readonly Pod[]): void {
    const { name, creationTimestamp = '' } = attachment.metadata;
    const about = JSON.stringify(volume.metadata.name);
    if (attachment.status?.attached) {
      if (told.has(name)) return;
      told.add(name);
      const message = `AttachVolume.Attach succeeded for volume ${about} `;
      for (const pod of users) events.event(pods, pod, 'Normal', 'SuccessfulAttachVolume', message);
      return;
    }
    const waited = clock.now() - Date.parse(creationTimestamp);
    if (waited < TIMEOUT) return queue.addAfter(node, TIMEOUT - waited);
    const { driver = '', volumeHandle = '' } = volume.spec?.csi ?? {};
    const why =
      attachment.status?.attachError?.message ??
      `timed out waiting for external-attacher of ${driver} CSI driver to attach volume ${volumeHandle}`;
    const message = `AttachVolume.Attach failed for volume ${about} : ${why}`;
    for (const pod of users) events.event(pods, pod, 'Warning', 'FailedAttachVolume', message);
    queue.addAfter(node, TIMEOUT);
  }

  return reconciler;
}
