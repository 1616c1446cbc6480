import type { Disk } from './machine.ts';

export type UnitName = 'containerd.service' | 'kubelet.service';

/** The units that are simulated, in the order of boot. */
export const KNOWN_UNITS: readonly UnitName[] = ['containerd.service', 'kubelet.service'];

export const WANTS = '/etc/systemd/system/multi-user.target.wants';

export const unitFile = (unit: UnitName): string => `/usr/lib/systemd/system/${unit}`;

export const KUBELET_UNIT = `[Unit]
Description=kubelet: The Kubernetes Node Agent
Documentation=https://kubernetes.io/docs/
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=/usr/bin/kubelet
Restart=always
StartLimitInterval=0
RestartSec=10

[Install]
WantedBy=multi-user.target
`;

export const KUBEADM_DROP_IN = `# Note: This dropin only works with kubeadm and kubelet v1.11+
[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf"
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
EnvironmentFile=-/etc/default/kubelet
ExecStart=
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
`;

export const CONTAINERD_UNIT = `[Unit]
Description=containerd container runtime
Documentation=https://containerd.io
After=network.target

[Service]
ExecStart=/usr/bin/containerd
Restart=always
RestartSec=5

[Install]
WantedBy=multi-user.target
`;

/** The files that make up a unit: the first found of its places, then its drop-ins by name. */
export function filesOf(disk: Disk, unit: UnitName): string[] {
  const base = [`/etc/systemd/system/${unit}`, unitFile(unit), `/lib/systemd/system/${unit}`].find(
    (path) => disk.read(path) !== undefined,
  );
  const dropIns = new Map<string, string>();
  for (const dir of [`/usr/lib/systemd/system/${unit}.d`, `/etc/systemd/system/${unit}.d`]) {
    for (const name of disk.list(dir)) if (name.endsWith('.conf')) dropIns.set(name, `${dir}/${name}`);
  }
  return [...(base ? [base] : []), ...[...dropIns.keys()].sort().map((name) => dropIns.get(name) ?? '')];
}

/** The command that a unit runs, with its environment put in; undefined when there is no unit. */
export function commandLine(disk: Disk, unit: UnitName): string[] | undefined {
  let command: string | undefined;
  const env = new Map<string, string>();
  const set = (text: string) => {
    const eq = text.indexOf('=');
    if (eq > 0) env.set(text.slice(0, eq), text.slice(eq + 1).replace(/^"(.*)"$/s, '$1'));
  };
  for (const path of filesOf(disk, unit)) {
    for (const line of (disk.read(path) ?? '').split('\n')) {
      const [, key, value = ''] = /^(\w+)=(.*)$/.exec(line.trim()) ?? [];
      if (key === 'ExecStart') command = value || undefined;
      else if (key === 'Environment') set(value.replace(/^"(.*)"$/, '$1'));
      else if (key === 'EnvironmentFile') {
        for (const entry of (disk.read(value.replace(/^-/, '')) ?? '').split('\n'))
          if (!entry.trim().startsWith('#')) set(entry.trim());
      }
    }
  }
  return command
    ?.split(/\s+/)
    .flatMap((word) => (/^\$\w+$/.test(word) ? (env.get(word.slice(1)) ?? '').split(/\s+/) : [word]))
    .filter(Boolean);
}
