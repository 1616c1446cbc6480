import { dig } from '../runtime/programs/dig.ts';
import { getent } from '../runtime/programs/getent.ts';
import { userland } from '../runtime/programs/index.ts';
import type { Program } from '../runtime/process.ts';
import { testWebserver } from './agnhost/servers.ts';
import { BASE_FILES } from './base-files.ts';
import { busybox } from './busybox.ts';
import { httpd } from './httpd.ts';
import { defineImage, type Image } from './image.ts';
import { nginx } from './nginx.ts';

const REGISTRY = 'registry.k8s.io/e2e-test-images';

/** A usual image under the name that Kubernetes' own tests use. */
const renamed = (image: Image, name: string, tags: readonly string[]): Image => ({
  ...image,
  repository: `${REGISTRY}/${name}`,
  tags,
});

/** A picture book of one page: what the "update demo" of the documentation rolls out. */
const demo = (name: string) =>
  defineImage({
    repository: `${REGISTRY}/${name}`,
    tags: ['1.7', '1.8'],
    size: 3_600_000,
    entrypoint: ['/test-webserver'],
    programs: new Map([['/test-webserver', testWebserver]]),
    files: { ...BASE_FILES, '/data.json': `{\n\t"image": "${name}.jpg"\n}\n` },
  });

/** A set-uid program: says whose rights it has, which `allowPrivilegeEscalation: false` leaves as they are. */
const whoseRights: Program = async (p) => {
  const status = p.fs.readText('/proc/self/status');
  await p.print(`Effective uid: ${/^NoNewPrivs:\s*1$/m.test(status) ? p.fs.identity.uid : 0}\n`);
  return 0;
};

const noNewPrivileges = defineImage({
  repository: `${REGISTRY}/nonewprivs`,
  tags: ['1.3', '1.4'],
  size: 3_700_000,
  entrypoint: ['/nnp'],
  programs: new Map([...userland({ bash: false, network: true }), ['/nnp', whoseRights]]),
  files: BASE_FILES,
});

const dnsTesting = defineImage({
  repository: `${REGISTRY}/glibc-dns-testing`,
  tags: ['2.0.0'],
  size: 71_000_000,
  cmd: ['sleep', '1d'],
  programs: new Map([...userland({ bash: true, network: true }), ['/usr/bin/dig', dig], ['/usr/bin/getent', getent]]),
  files: BASE_FILES,
});

/** Images of Kubernetes' own tests that do one thing each; the one that does most is agnhost. */
export const testImages: readonly Image[] = [
  renamed(busybox, 'busybox', ['1.29-4', '1.36.1-1', '1.37.0-1']),
  renamed(nginx, 'nginx', ['1.14-4', '1.15-4', '1.27-0']),
  renamed(httpd, 'httpd', ['2.4.38-4', '2.4.39-4']),
  demo('kitten'),
  demo('nautilus'),
  noNewPrivileges,
  dnsTesting,
];
