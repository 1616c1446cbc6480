import { mkdtempSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { installHost, mendHost } from './installed-host.ts';
import { Disk } from './machine.ts';
import { NewDisk } from './new-disk.ts';

let dir: string;
const modeOf = (path: string) => (statSync(join(dir, path)).mode & 0o7777).toString(8);

beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'drydock-host-')), 'disk');
  const mask = process.umask(0o077);
  installHost(new NewDisk(dir), 'node01', [{ name: 'node01', ip: '172.30.1.3' }]);
  process.umask(mask);
});
afterEach(() => rmSync(join(dir, '..'), { recursive: true, force: true }));

test('everybody can use a new machine, whatever umask its maker has', () => {
  expect(['/tmp', '/etc', '/etc/hosts', '/usr/bin/kubelet', '/var/lib/kubelet/pods'].map(modeOf)).toEqual([
    '1777',
    '755',
    '644',
    '755',
    '755',
  ]);
});

test('a machine that was robbed of its directories can be switched on, and nothing else comes back', () => {
  const disk = new Disk(dir);
  for (const path of ['/tmp', '/var', '/etc/apt', '/lib']) disk.fs.removeAll(path);
  mendHost(disk);
  expect(readlinkSync(join(dir, 'lib'))).toBe('usr/lib');
  expect(disk.fs.isDirectory('/var/lib/kubelet/pods')).toBe(true);
  expect(modeOf('/tmp')).toBe('1777');
  expect(disk.fs.exists('/etc/apt')).toBe(false);
});
