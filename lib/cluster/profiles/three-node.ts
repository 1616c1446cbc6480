import type { Profile } from './profile.ts';
import { recordedFiles, recordedObjects } from './recorded.ts';

/** One control plane and two workers: the cluster of the golden recordings, and of most exercises. */
export const threeNode: Profile = {
  name: 'three-node',
  nodes: [
    { name: 'controlplane', ip: '172.30.1.2', controlPlane: true, podCidr: '10.244.0.0/24' },
    { name: 'node01', ip: '172.30.1.3', controlPlane: false, podCidr: '10.244.1.0/24' },
    { name: 'node02', ip: '172.30.1.4', controlPlane: false, podCidr: '10.244.2.0/24' },
  ],
  serviceCidr: '10.96.0.0/12',
  objects: recordedObjects,
  files: (node) => recordedFiles(node === 'controlplane' ? 'controlplane' : 'node01'),
};
