import type { Disk } from '../machine.ts';
import type { DiskTree } from '../runtime/fs/disk-tree.ts';
import { parentOf } from '../runtime/fs/file-system.ts';

/** Opens a path of the node for a pod, after the check that its type asks for; answers what is wrong otherwise. */
export function openHostPath(disk: Disk, path: string, type: string): DiskTree | string {
  const { fs } = disk;
  const kind = fs.exists(path) ? fs.stat(path).type : undefined;
  switch (type) {
    case 'Directory':
      if (kind !== 'dir') return `hostPath type check failed: ${path} is not a directory`;
      break;
    case 'File':
      if (kind !== 'file') return `hostPath type check failed: ${path} is not a file`;
      break;
    case 'Socket':
      if (kind !== 'device') return `hostPath type check failed: ${path} is not a socket file`;
      break;
    case 'CharDevice':
      if (kind !== 'device') return `hostPath type check failed: ${path} is not a character device`;
      break;
    case 'BlockDevice':
      if (kind !== 'device') return `hostPath type check failed: ${path} is not a block device`;
      break;
    case 'FileOrCreate':
      if (kind === 'dir') return `hostPath type check failed: ${path} is not a file`;
      if (!kind) {
        if (!fs.exists(parentOf(path))) return `open ${path}: no such file or directory`;
        fs.writeFile(path, '');
      }
      break;
    case 'DirectoryOrCreate':
      if (kind && kind !== 'dir') return `hostPath type check failed: ${path} is not a directory`;
      if (!kind) fs.mkdir(path, { recursive: true });
      break;
    case 'Local':
      if (!kind) return `path ${JSON.stringify(path)} does not exist`;
      break;
    default:
      // The runtime makes what is bind-mounted, as a directory.
      if (!kind) fs.mkdir(path, { recursive: true });
  }
  return disk.tree(path);
}
