import { afterEach, expect, test } from 'vitest';
import {
  csidrivers,
  persistentvolumeclaims,
  persistentvolumes,
  pods,
  volumeattachments,
} from '../../schema/generated/resources.ts';
import { attachmentName } from '../../client/semantics/volumes.ts';
import { TestCluster } from '../test-cluster.ts';
import { attachDetach } from './attach-detach.ts';

let cluster: TestCluster;
afterEach(() => cluster.stop());

const volume = (name: string, driver: string) => ({
  metadata: { name },
  spec: { csi: { driver, volumeHandle: `handle-${name}` } },
});

test('a volume is attached to the nodes of its pods, and detached after them', async () => {
  cluster = new TestCluster([attachDetach]);
  const { client } = cluster;
  await client.create(csidrivers, { metadata: { name: 'files.example.com' }, spec: { attachRequired: false } });
  for (const [name, driver] of [
    ['disk', 'disk.example.com'],
    ['share', 'files.example.com'],
  ] as const) {
    await client.create(persistentvolumes, volume(name, driver));
    await client.create(persistentvolumeclaims, {
      metadata: { name, namespace: 'default' },
      spec: { volumeName: name },
    });
  }
  await client.create(pods, {
    metadata: { name: 'db', namespace: 'default' },
    spec: {
      nodeName: 'node01',
      containers: [{ name: 'c' }],
      volumes: ['disk', 'share'].map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })),
    },
  });
  await cluster.settle();
  const [attachment] = await cluster.list(volumeattachments, '');
  expect(await cluster.names(volumeattachments, '')).toEqual([
    attachmentName(volume('disk', 'disk.example.com'), 'node01'),
  ]);
  expect(attachment?.spec).toEqual({
    attacher: 'disk.example.com',
    nodeName: 'node01',
    source: { persistentVolumeName: 'disk' },
  });

  await cluster.pass(121, 60.5);
  expect(await cluster.events()).toEqual([
    'FailedAttachVolume: AttachVolume.Attach failed for volume "disk" : timed out waiting for external-attacher of disk.example.com CSI driver to attach volume handle-disk',
  ]);
  const status = { status: { attached: true } };
  await client.patch(volumeattachments, '', attachment?.metadata.name ?? '', 'merge', status, {
    subresource: 'status',
  });
  await cluster.settle();
  expect((await cluster.events()).at(-1)).toBe(
    'SuccessfulAttachVolume: AttachVolume.Attach succeeded for volume "disk" ',
  );

  await client.delete(pods, 'default', 'db');
  await cluster.settle();
  expect(await cluster.names(volumeattachments, '')).toEqual([]);
});
