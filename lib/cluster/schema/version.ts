/** The one version of Kubernetes that is simulated; everything that names it takes it from here. */
export const KUBERNETES_VERSION = 'v1.36.3';

const [, major = '', minor = ''] = /^v(\d+)\.(\d+)/.exec(KUBERNETES_VERSION) ?? [];

/** What `/version` answers. Build facts say plainly that this is no build of upstream's. */
export const VERSION_INFO: Readonly<Record<string, string>> = {
  major,
  minor,
  emulationMajor: major,
  emulationMinor: minor,
  minCompatibilityMajor: major,
  minCompatibilityMinor: String(Number(minor) - 1),
  gitVersion: KUBERNETES_VERSION,
  gitCommit: 'simulated',
  gitTreeState: 'clean',
  buildDate: '2026-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'gc',
  platform: 'linux/amd64',
};
