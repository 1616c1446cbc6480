import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Disk } from '../../machine.ts';
import { mountVolume } from '../../kubelet/volumes.ts';
import { DiskSpace } from './space.ts';

let outer: string;
let disk: Disk;

beforeEach(() => {
  outer = mkdtempSync(join(tmpdir(), 'disk-'));
  writeFileSync(join(outer, 'secret'), 'of the host');
  mkdirSync(join(outer, 'disk'));
  disk = new Disk(join(outer, 'disk'));
});

afterEach(() => rmSync(outer, { recursive: true, force: true }));

test('links and dots lead nowhere outside of a disk', () => {
  symlinkSync('../secret', join(disk.root, 'up'));
  symlinkSync(join(outer, 'secret'), join(disk.root, 'absolute'));
  symlinkSync('..', join(disk.root, 'parent'));
  for (const path of ['/up', '/absolute', '/parent/secret', '/../secret', '/parent/../../secret']) {
    expect(disk.read(path)).toBeUndefined();
  }
  expect(() => disk.fs.writeFile('/parent/secret', 'changed')).not.toThrow(
    /Permission denied|File exists|Too many levels of symbolic links/,
  );
  expect(readFileSync(join(outer, 'secret'), 'utf8')).toBe('of the host');
});

test('a tree does not trust a directory that has become a link', () => {
  symlinkSync(outer, join(disk.root, 'd'));
  symlinkSync(join(outer, 'secret'), join(disk.root, 'f'));
  const tree = disk.tree('/');
  const options = { append: false, mode: 0o644, owner: { uid: 0, gid: 0 } };
  expect(() => tree.read('d/secret')).toThrow(/Permission denied|File exists|Too many levels of symbolic links/);
  expect(() => tree.read('f')).toThrow(/Permission denied|File exists|Too many levels of symbolic links/);
  expect(() => tree.write('d/new', Buffer.from('x'), options)).toThrow(
    /Permission denied|File exists|Too many levels of symbolic links/,
  );
  expect(() => tree.write('f', Buffer.from('x'), options)).toThrow(
    /Permission denied|File exists|Too many levels of symbolic links/,
  );
  expect(() => tree.remove('d/secret')).toThrow(/Permission denied|File exists|Too many levels of symbolic links/);
  expect(readFileSync(join(outer, 'secret'), 'utf8')).toBe('of the host');
});

test('a hostPath volume through a link stays on the disk', async () => {
  symlinkSync(outer, join(disk.root, 'escape'));
  const pod = { metadata: { name: 'p', uid: 'u' }, spec: { containers: [] } };
  const volume = { name: 'v', hostPath: { path: '/escape' } };
  await expect(mountVolume(disk, pod, volume, {} as Parameters<typeof mountVolume>[3])).rejects.toThrow(
    /Permission denied|File exists|Too many levels of symbolic links/,
  );
});

test('a disk that is full takes more once somebody has made room', () => {
  let used = 0;
  const space = new DiskSpace(100 * 1024 * 1024, () => used);
  const write = (bytes: number) => {
    space.take(bytes);
    used += bytes;
  };
  const MIB = 1024 * 1024;
  for (let i = 0; i < 90; i++) write(MIB);
  expect(() => {
    for (let i = 0; i < 90; i++) write(MIB);
  }).toThrow('No space left on device');
  used = 0;
  expect(() => {
    for (let i = 0; i < 100; i++) {
      try {
        return space.take(MIB);
      } catch {
        // Looked at again now and then only.
      }
    }
    throw new Error('still full');
  }).not.toThrow();
});
