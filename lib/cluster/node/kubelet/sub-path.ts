import type { Disk } from '../machine.ts';
import type { DiskTree } from '../runtime/fs/disk-tree.ts';
import { FileSystem } from '../runtime/fs/file-system.ts';
import type { Tree } from '../runtime/fs/tree.ts';
import type { MountedVolume } from './volumes.ts';

/**
 * A folder or file inside a volume; made as a directory when absent. Never leads out of the volume. What comes from the API is
 * bound as it is now: later content of the volume does not reach the container. `place` is where the node keeps that.
 */
export function subTree(disk: Disk, volume: MountedVolume, subPath: string, place: string): DiskTree {
  const fs = new FileSystem([{ path: '/', tree: volume.tree, readOnly: false, fsType: volume.fsType }]);
  if (!fs.exists(`/${subPath}`)) fs.mkdir(`/${subPath}`, { recursive: true, mode: 0o750 });
  const path = fs.realpath(`/${subPath}`).slice(1);
  if (!volume.live) return volume.tree.below(path);
  disk.remove(place);
  disk.fs.mkdir(place.slice(0, place.lastIndexOf('/')), { recursive: true });
  copy(volume.tree, path, disk, place);
  return disk.tree(place);
}

function copy(tree: Tree, from: string, disk: Disk, to: string): void {
  const entry = tree.lookup(from);
  if (!entry) return;
  if (entry.type === 'dir') {
    disk.fs.mkdir(to, { recursive: true });
    for (const name of tree.list(from)) copy(tree, `${from}/${name}`, disk, `${to}/${name}`);
  } else if (entry.type === 'symlink') disk.fs.symlink(entry.target ?? '', to);
  else disk.fs.writeFile(to, tree.read(from), { mode: entry.mode });
  if (entry.type === 'symlink') return;
  disk.fs.chmod(to, entry.mode);
  disk.fs.chown(to, entry);
}
