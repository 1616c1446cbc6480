import { userland } from '../runtime/programs/index.ts';
import { BASE_FILES } from './base-files.ts';
import { defineImage } from './image.ts';

export const busybox = defineImage({
  repository: 'docker.io/library/busybox',
  tags: [
    'latest',
    'stable',
    '1',
    '1.28',
    '1.28.4',
    '1.31',
    '1.31.1',
    '1.32',
    '1.33',
    '1.34',
    '1.35',
    '1.35.0',
    '1.36',
    '1.36.0',
    '1.36.1',
    '1.37',
    '1.37.0',
    'glibc',
    'musl',
  ],
  size: 2_156_519,
  cmd: ['sh'],
  programs: userland({ bash: false, network: true }),
  files: BASE_FILES,
});
