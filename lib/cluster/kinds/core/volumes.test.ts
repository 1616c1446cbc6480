import { expect, test } from 'vitest';
import { deepClone } from '../../../kit/deep.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../schema/generated/types.ts';
import { persistentVolumeClaim } from './persistent-volume-claim.ts';
import { persistentVolume } from './persistent-volume.ts';
import { testContext } from '../test-context.ts';

const context = testContext();

const claim: PersistentVolumeClaim = {
  metadata: { name: 'data', namespace: 'default' },
  spec: {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
    storageClassName: 'manual',
    volumeName: 'disk',
    volumeMode: 'Filesystem',
  },
  status: { phase: 'Bound', capacity: { storage: '1Gi' } },
};

function claimUpdate(change: NonNullable<PersistentVolumeClaim['spec']>): string[] {
  const draft = deepClone(claim);
  draft.spec = { ...draft.spec, ...change };
  return (persistentVolumeClaim.validateUpdate?.(draft, claim, context) ?? []).map((e) => `${e.field}: ${e.message}`);
}

// The texts are those of a real cluster (golden: validation/pv-pvc-updates-refused).
test('a bound claim may grow, but not shrink or change', () => {
  expect(claimUpdate({ resources: { requests: { storage: '5Gi' } } })).toEqual([]);
  expect(claimUpdate({ resources: { requests: { storage: '500Mi' } } })).toEqual([
    'spec.resources.requests.storage: Forbidden: field can not be less than status.capacity',
  ]);
  expect(claimUpdate({ storageClassName: 'other' })).toEqual([
    [
      'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
      '@@ -10,7 +10,7 @@',
      '   }',
      '  },',
      '  "VolumeName": "disk",',
      '- "StorageClassName": "manual",',
      '+ "StorageClassName": "other",',
      '  "VolumeMode": "Filesystem",',
      '  "DataSource": null,',
      '  "DataSourceRef": null,',
      '',
    ].join('\n'),
  ]);
});

test('the source of a volume stays, its size and policy may change', () => {
  const pv: PersistentVolume = {
    metadata: { name: 'disk' },
    spec: {
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '1Gi' },
      hostPath: { path: '/srv/disk', type: '' },
      persistentVolumeReclaimPolicy: 'Retain',
      volumeMode: 'Filesystem',
    },
  };
  const update = (change: NonNullable<PersistentVolume['spec']>) =>
    (persistentVolume.validateUpdate?.({ ...pv, spec: { ...pv.spec, ...change } }, pv, context) ?? []).map(
      (e) => `${e.field}: ${e.message}`,
    );
  expect(update({ capacity: { storage: '2Gi' }, persistentVolumeReclaimPolicy: 'Delete' })).toEqual([]);
  expect(update({ volumeMode: 'Block' })).toEqual(['volumeMode: Invalid value: "Block": field is immutable']);
  expect(update({ hostPath: { path: '/srv/other', type: '' } })[0]).toContain(
    'spec.persistentvolumesource is immutable after creation\n@@ -2,7 +2,7 @@\n  "GCEPersistentDisk": null,',
  );
});
