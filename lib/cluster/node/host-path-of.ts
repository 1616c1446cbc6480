import { DiskTree } from './runtime/fs/disk-tree.ts';
import type { FileSystem } from './runtime/fs/file-system.ts';

/** The host path behind a path of a container, where a volume of the node's disk is mounted; the file need not exist. */
export function hostPathOf(fs: FileSystem, path: string): string | undefined {
  const mount = fs.mounts
    .filter((m) => path === m.path || path.startsWith(m.path === '/' ? '/' : `${m.path}/`))
    .sort((a, b) => b.path.length - a.path.length)[0];
  if (!(mount?.tree instanceof DiskTree)) return undefined;
  return mount.tree.hostPath(path.slice(mount.path.length).replace(/^\//, ''));
}
