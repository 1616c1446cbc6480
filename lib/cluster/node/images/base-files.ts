import type { RootfsSpec } from '../runtime/fs/rootfs.ts';

/** Files of any Linux userland. */
export const BASE_FILES: RootfsSpec = {
  '/etc/passwd':
    'root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/usr/sbin:/bin/false\nbin:x:2:2:bin:/bin:/bin/false\nnobody:x:65534:65534:nobody:/home:/bin/false\n',
  '/etc/group': 'root:x:0:\ndaemon:x:1:\nbin:x:2:\nnogroup:x:65534:\n',
  '/etc/nsswitch.conf': 'hosts: files dns\n',
  '/var/log/': { mode: 0o755 },
  '/var/run': { link: '/run' },
  '/run/': { mode: 0o755 },
  '/var/tmp/': { mode: 0o1777 },
  '/usr/bin/env': { link: '/bin/env' },
};
