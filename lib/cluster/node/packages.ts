import type { Disk } from './machine.ts';
import { RELEASES } from './releases.ts';

const STATUS = '/var/lib/dpkg/status';
const LISTS = '/var/lib/apt/lists';
const SOURCES = '/etc/apt/sources.list.d';

/** A package of the node's distribution, as far as Kubernetes' own repository and what it needs go. */
export interface Package {
  name: string;
  version: string;
  hold: boolean;
}

interface Known {
  about: string;
  section: string;
  /** Bytes of its archive. */
  size: number;
  /** Its version in the repository of a minor version, for packages that are not released with Kubernetes. */
  own?: string;
}

/** What Kubernetes' repositories hold. */
export const KNOWN: Readonly<Record<string, Known>> = {
  'cri-tools': { about: 'Command-line utility for interacting with a container runtime', section: 'admin', size: 16_200_000, own: '1.36.0-1.1' },
  kubeadm: { about: 'Command-line utility for administering a Kubernetes cluster', section: 'admin', size: 12_500_000 },
  kubectl: { about: 'Command-line utility for interacting with a Kubernetes cluster', section: 'admin', size: 11_700_000 },
  kubelet: { about: 'Node agent for Kubernetes clusters', section: 'admin', size: 15_900_000 },
  'kubernetes-cni': { about: 'Binaries required to provision kubernetes container networking', section: 'admin', size: 37_800_000, own: '1.8.0-1.1' },
}; // prettier-ignore

const REVISION = '1.1';

const INITIAL_MINOR = 'v1.36';
export const INITIAL_SOURCE = `deb [signed-by=/etc/apt/keyrings/kubernetes-apt-keyring.gpg] https://pkgs.k8s.io/core:/stable:/${INITIAL_MINOR}/deb/ /\n`;

/** The lists of a node prepared for kubeadm: absolute path → text. */
export const initialPackageFiles = (): Record<string, string> => ({
  [STATUS]: statusText(initialPackages()),
  [listOf(INITIAL_MINOR)]: listText(INITIAL_MINOR),
});

/** What a node prepared for kubeadm has installed, held as the installation guide says. */
export function initialPackages(): Package[] {
  return Object.entries(KNOWN).map(([name, { own }]) => ({
    name,
    version: own ?? `${RELEASES[0]}-${REVISION}`,
    hold: own === undefined,
  }));
}

/** The installed packages: dpkg's own list on the node's disk. */
export function installedPackages(disk: Disk): Package[] {
  const paragraphs = (disk.read(STATUS) ?? '').split(/\n{2,}/);
  return paragraphs.flatMap((text) => {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1];
    const [name, version, status = ''] = [field('Package'), field('Version'), field('Status')];
    return name !== undefined && version !== undefined && status.endsWith(' installed')
      ? [{ name, version, hold: status.startsWith('hold') }]
      : [];
  });
}

export function writePackages(disk: Disk, packages: readonly Package[]): void {
  disk.write(STATUS, statusText(packages));
}

const statusText = (packages: readonly Package[]) =>
  [...packages]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((p) => `${paragraph(p)}\n`)
    .join('\n');

/** What `dpkg -s` prints. */
export function paragraph({ name, version, hold }: Package): string {
  const { about = '', section = 'admin', size = 0 } = KNOWN[name] ?? {};
  return [
    `Package: ${name}`,
    `Status: ${hold ? 'hold' : 'install'} ok installed`,
    'Priority: optional',
    `Section: ${section}`,
    `Installed-Size: ${Math.round((size * 5) / 1024)}`,
    'Maintainer: Kubernetes Authors <dev@kubernetes.io>',
    'Architecture: amd64',
    `Version: ${version}`,
    `Description: ${about}`,
    'Homepage: https://kubernetes.io',
    '',
  ].join('\n');
}

/** The version of Kubernetes that an installed program is of: `v1.36.3`; undefined when its package is not installed. */
export function programVersion(disk: Disk, name: 'kubeadm' | 'kubelet'): string | undefined {
  const version = installedPackages(disk).find((p) => p.name === name)?.version;
  return version === undefined ? undefined : `v${version.replace(/-.*$/, '')}`;
}

/** The minor versions whose repositories the node's sources name: `v1.36`. */
export function sourcesOf(disk: Disk): string[] {
  const files = [...disk.list(SOURCES).map((name) => `${SOURCES}/${name}`), '/etc/apt/sources.list'];
  const lines = files.flatMap((path) => (disk.read(path) ?? '').split('\n')).filter((line) => !/^\s*#/.test(line));
  const minors = lines.flatMap((line) => /pkgs\.k8s\.io\/core:\/stable:\/(v\d+\.\d+)\/deb/.exec(line)?.[1] ?? []);
  return [...new Set(minors)];
}

const listOf = (minor: string) =>
  `${LISTS}/prod-cdn.packages.k8s.io_repositories_isv:_kubernetes:_core:_stable:_${minor}_deb_Packages`;

/** `apt-get update`: from now on the packages of these repositories can be had. */
export function updateLists(disk: Disk, minors: readonly string[]): void {
  for (const name of disk.list(LISTS)) if (name.includes('kubernetes')) disk.remove(`${LISTS}/${name}`);
  for (const minor of minors) disk.write(listOf(minor), listText(minor));
}

const listText = (minor: string) => `${versionsOf(minor).join('\n')}\n`;

const versionsOf = (minor: string) => RELEASES.filter((release) => `v${release}`.startsWith(`${minor}.`));

export interface Available {
  version: string;
  /** The repository's minor version: `v1.36`. */
  minor: string;
}

/** The versions of a package that can be had since the last update, newest first. */
export function availableVersions(disk: Disk, name: string): Available[] {
  const known = KNOWN[name];
  if (!known) return [];
  const minors = [...new Set(RELEASES.map((release) => `v${release.split('.').slice(0, 2).join('.')}`))];
  return minors
    .filter((minor) => disk.read(listOf(minor)) !== undefined)
    .flatMap((minor) =>
      known.own === undefined
        ? versionsOf(minor).map((release) => ({ version: `${release}-${REVISION}`, minor }))
        : [{ version: known.own, minor }],
    );
}

/** Below, at or above zero, as `a` is older than, the same as, or newer than `b`. */
export function compareVersions(a: string, b: string): number {
  const parts = (version: string) => version.replace(/^v/, '').split(/[.-]/).map(Number);
  const [left, right] = [parts(a), parts(b)];
  for (const [i, n] of left.entries()) if (n !== (right[i] ?? 0)) return n - (right[i] ?? 0);
  return left.length - right.length;
}
