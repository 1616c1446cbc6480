import { userland } from '../runtime/programs/index.ts';
import { BASE_FILES } from './base-files.ts';
import { defineImage } from './image.ts';

export const debian = defineImage({
  repository: 'docker.io/library/debian',
  tags: ['latest', '11', '12', '13', 'bookworm', 'bookworm-slim', 'bullseye', 'trixie', 'stable', 'stable-slim'],
  size: 49286520,
  cmd: ['/bin/bash'],
  programs: userland({ bash: true, network: false }),
  files: {
    ...BASE_FILES,
    '/etc/os-release':
      'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n',
  },
});
