import type { Disk } from './machine.ts';
import { INITIAL_SOURCE, initialPackages, sourcesOf, updateLists, writePackages } from './packages.ts';
import { CONTAINERD_UNIT, KNOWN_UNITS, KUBEADM_DROP_IN, KUBELET_UNIT, unitFile, WANTS } from './unit-files.ts';

/** Directories that programs and manifests count on. */
const DIRECTORIES = [
  '/etc/cni/net.d', '/home', '/usr/lib/modules', '/mnt', '/opt', '/root', '/run/lock', '/srv', '/tmp', '/usr/share/ca-certificates', '/etc/ssl/certs',
  '/usr/local/share/ca-certificates', '/etc/ca-certificates', '/var/lib/kubelet/pods', '/var/log/containers', '/var/log/pods',
]; // prettier-ignore

/** Puts what every installed node has onto its disk, where it is not there already. `hosts`: all machines of the cluster. */
export function seedHost(disk: Disk, name: string, hosts: readonly { name: string; ip: string }[]): void {
  for (const dir of DIRECTORIES) disk.fs.mkdir(dir, { recursive: true });
  // A merged /usr, as every current distribution has it; the sandbox counts on it, too.
  if (!disk.fs.exists('/lib')) disk.fs.symlink('usr/lib', '/lib');
  const marker = '/etc/hostname';
  if (disk.fs.exists(marker)) return;
  const files: Record<string, string> = {
    [marker]: `${name}\n`,
    '/etc/hosts': ['127.0.0.1 localhost', ...hosts.map((h) => `${h.ip} ${h.name}`), ''].join('\n'),
    '/etc/resolv.conf': 'nameserver 172.30.1.1\n',
    [unitFile('kubelet.service')]: KUBELET_UNIT,
    '/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf': KUBEADM_DROP_IN,
    [unitFile('containerd.service')]: CONTAINERD_UNIT,
    '/etc/default/kubelet': 'KUBELET_EXTRA_ARGS=\n',
    '/etc/crictl.yaml':
      'runtime-endpoint: unix:///run/containerd/containerd.sock\nimage-endpoint: unix:///run/containerd/containerd.sock\n',
    '/var/lib/kubelet/instance-config.yaml': 'containerRuntimeEndpoint: "unix:///run/containerd/containerd.sock"\n',
    '/etc/containerd/config.toml': 'version = 3\n',
    '/etc/apt/sources.list.d/kubernetes.list': INITIAL_SOURCE,
  };
  for (const [path, text] of Object.entries(files)) if (disk.read(path) === undefined) disk.write(path, text);
  if (disk.read('/var/lib/dpkg/status') === undefined) writePackages(disk, initialPackages());
  updateLists(disk, sourcesOf(disk));
  for (const program of ['kubelet', 'containerd', 'kubeadm', 'crictl']) {
    const path = `/usr/bin/${program}`;
    if (!disk.fs.exists(path)) disk.write(path, '#!/bin/sh\n', 0o755);
  }
  disk.fs.mkdir(WANTS, { recursive: true });
  for (const unit of KNOWN_UNITS)
    if (!disk.list(WANTS).includes(unit)) disk.fs.symlink(unitFile(unit), `${WANTS}/${unit}`);
  disk.fs.chmod('/tmp', 0o1777);
}
