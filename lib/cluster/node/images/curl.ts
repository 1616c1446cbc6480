import { userland } from '../runtime/programs/index.ts';
import { curl as curlProgram } from '../runtime/programs/curl.ts';
import { BASE_FILES } from './base-files.ts';
import { defineImage } from './image.ts';

export const curl = defineImage({
  repository: 'docker.io/curlimages/curl',
  tags: ['latest', '8.5.0', '8.6.0', '8.7.1', '8.8.0', '8.9.1', '8.10.1', '8.11.1', '8.12.1'],
  size: 9_568_312,
  entrypoint: ['/entrypoint.sh'],
  cmd: ['curl'],
  user: { uid: 100, gid: 101, name: 'curl_user' },
  workingDir: '/home/curl_user',
  programs: new Map([...userland({ bash: false, network: true }), ['/usr/bin/curl', curlProgram]]),
  files: {
    ...BASE_FILES,
    '/entrypoint.sh': {
      mode: 0o755,
      content:
        '#!/bin/sh\nset -e\nif [ "${1#-}" != "${1}" ] || [ -z "$(command -v "${1}")" ]; then set -- curl "$@"; fi\nexec "$@"\n',
    },
    '/home/curl_user/': { mode: 0o755, uid: 100, gid: 101 },
  },
});
