import type { Disk } from './machine.ts';
import type { NewDisk } from './new-disk.ts';
import { INITIAL_SOURCE, initialPackageFiles } from './packages.ts';
import { CONTAINERD_UNIT, KNOWN_UNITS, KUBEADM_DROP_IN, KUBELET_UNIT, unitFile, WANTS } from './unit-files.ts';

/** Directories that programs, manifests and the sandbox count on. */
const DIRECTORIES = [
  '/etc/cni/net.d', '/home', '/usr/lib/modules', '/mnt', '/opt', '/root', '/run/lock', '/srv', '/tmp', '/usr/share/ca-certificates', '/etc/ssl/certs',
  '/usr/local/share/ca-certificates', '/etc/ca-certificates', '/var/lib/kubelet/pods', '/var/log/containers', '/var/log/pods',
]; // prettier-ignore

const modeOf = (dir: string) => (dir === '/tmp' ? 0o1777 : 0o755);

/** A merged /usr, as every current distribution has it. */
const MERGED = { path: '/lib', target: 'usr/lib' };

const PROGRAMS = ['kubelet', 'containerd', 'kubeadm', 'crictl'];

/** Installs a machine for kubeadm, as the guide says. `hosts`: all machines of the cluster. */
export function installHost(disk: NewDisk, name: string, hosts: readonly { name: string; ip: string }[]): void {
  for (const dir of DIRECTORIES) disk.mkdir(dir, modeOf(dir));
  disk.symlink(MERGED.target, MERGED.path);
  const files: Record<string, string> = {
    '/etc/hostname': `${name}\n`,
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
    ...initialPackageFiles(),
  };
  for (const [path, text] of Object.entries(files)) disk.write(path, text);
  for (const program of PROGRAMS) disk.write(`/usr/bin/${program}`, '#!/bin/sh\n', 0o755);
  for (const unit of KNOWN_UNITS) disk.symlink(unitFile(unit), `${WANTS}/${unit}`);
}

/** Puts back the directories without which a machine cannot be switched on, where somebody has removed them. */
export function mendHost(disk: Disk): void {
  for (const dir of DIRECTORIES) {
    if (disk.fs.isDirectory(dir)) continue;
    disk.fs.mkdir(dir, { recursive: true });
    disk.fs.chmod(dir, modeOf(dir));
  }
  if (!disk.fs.exists(MERGED.path)) disk.fs.symlink(MERGED.target, MERGED.path);
}
