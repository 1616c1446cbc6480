import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Disk } from './machine.ts';
import {
  availableVersions,
  compareVersions,
  initialPackages,
  installedPackages,
  programVersion,
  sourcesOf,
  updateLists,
  writePackages,
} from './packages.ts';

const dir = mkdtempSync(join(tmpdir(), 'drydock-packages-'));
const disk = new Disk(dir);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('what is written to dpkg’s list is read from it, holds and versions', () => {
  writePackages(disk, initialPackages());
  expect(installedPackages(disk).find((p) => p.name === 'kubelet')).toEqual({
    name: 'kubelet',
    version: '1.36.3-1.1',
    hold: true,
  });
  expect(programVersion(disk, 'kubeadm')).toBe('v1.36.3');
  disk.write('/var/lib/dpkg/status', 'Package: kubelet\nStatus: install ok installed\nVersion: 1.36.2-1.1\n');
  expect(installedPackages(disk)).toEqual([{ name: 'kubelet', version: '1.36.2-1.1', hold: false }]);
});

test('versions can be had once the source of their minor version is there and the lists are updated', () => {
  const source = (minor: string) => `deb https://pkgs.k8s.io/core:/stable:/${minor}/deb/ /\n`;
  disk.write('/etc/apt/sources.list.d/kubernetes.list', `# ${source('v1.36')}${source('v1.35')}`);
  expect(sourcesOf(disk)).toEqual(['v1.35']);
  expect(availableVersions(disk, 'kubeadm')).toEqual([]);
  updateLists(disk, sourcesOf(disk));
  expect(availableVersions(disk, 'kubeadm')).toEqual([{ version: '1.35.0-1.1', minor: 'v1.35' }]);
  expect(availableVersions(disk, 'nonsense')).toEqual([]);
});

test('versions compare by their numbers', () => {
  expect(compareVersions('1.36.10-1.1', '1.36.9-1.1')).toBeGreaterThan(0);
  expect(compareVersions('v1.35.0', '1.36.0')).toBeLessThan(0);
  expect(compareVersions('v1.36.3', '1.36.3')).toBe(0);
});
