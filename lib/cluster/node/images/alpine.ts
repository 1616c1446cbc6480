import { userland } from '../runtime/programs/index.ts';
import { BASE_FILES } from './base-files.ts';
import { defineImage } from './image.ts';

export const alpine = defineImage({
  repository: 'docker.io/library/alpine',
  tags: ['latest', '3', '3.15', '3.16', '3.17', '3.18', '3.19', '3.20', '3.21', '3.22', '3.23', 'edge'],
  size: 3_653_112,
  cmd: ['/bin/sh'],
  programs: userland({ bash: false, network: true }),
  files: {
    ...BASE_FILES,
    '/etc/alpine-release': '3.20.3\n',
    '/etc/os-release': 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME="Alpine Linux v3.20"\n',
  },
});
