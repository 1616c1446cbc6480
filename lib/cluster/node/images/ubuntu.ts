import { userland } from '../runtime/programs/index.ts';
import { BASE_FILES } from './base-files.ts';
import { defineImage } from './image.ts';

export const ubuntu = defineImage({
  repository: 'docker.io/library/ubuntu',
  tags: ['latest', '20.04', '22.04', '24.04', 'jammy', 'noble', 'focal'],
  size: 29717728,
  cmd: ['/bin/bash'],
  programs: userland({ bash: true, network: false }),
  files: {
    ...BASE_FILES,
    '/etc/os-release': 'PRETTY_NAME="Ubuntu 24.04.3 LTS"\nNAME="Ubuntu"\nVERSION_ID="24.04"\nID=ubuntu\n',
  },
});
