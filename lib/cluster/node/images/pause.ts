import { untilTold } from '../runtime/programs/system.ts';
import { defineImage } from './image.ts';

export const pause = defineImage({
  repository: 'registry.k8s.io/pause',
  tags: ['3.9', '3.10', '3.10.1', '3.10.2', 'latest'],
  size: 320_368,
  entrypoint: ['/pause'],
  user: { uid: 65535, gid: 65535 },
  programs: new Map([['/pause', untilTold]]),
  usage: { memory: 200_000, cpu: 0 },
});
