import type { DiskTree } from '../runtime/fs/disk-tree.ts';
import { FileSystem } from '../runtime/fs/file-system.ts';

/** Files of a volume by relative path. */
export type Payload = Map<string, { data: Uint8Array; mode: number }>;

const ROOT = { uid: 0, gid: 0, groups: [] };

/**
 * Writes a volume's files so that readers see either the old ones or the new ones: into a directory of their own, which the
 * link `..data` then points at, with a link for each top-level name. Source: kubelet's AtomicWriter.
 */
export function writePayload(tree: DiskTree, payload: Payload, now: number, fsGroup: number | undefined): void {
  const fs = new FileSystem([{ path: '/', tree, readOnly: false, fsType: 'tmpfs' }], ROOT);
  const old = fs.exists('/..data') ? fs.readlink('/..data') : undefined;
  if (old !== undefined && same(fs, payload)) return;
  const stamp = new Date(now).toISOString().replace(/[-:]/g, '_').replace('T', '_').slice(0, 19);
  let version = `..${stamp}.${String(now % 1_000_000_000)}`;
  while (fs.exists(`/${version}`)) version += '0';
  fs.mkdir(`/${version}`);
  for (const [path, { data, mode }] of payload) {
    const at = `/${version}/${path}`;
    fs.mkdir(at.slice(0, at.lastIndexOf('/')), { recursive: true });
    fs.writeFile(at, data, { mode });
    const wanted = fsGroup === undefined ? mode : mode | ((mode & 0o400) >> 3);
    fs.chmod(at, wanted);
    if (fsGroup !== undefined) fs.chown(at, { uid: 0, gid: fsGroup });
  }
  if (fs.exists('/..data_tmp')) fs.unlink('/..data_tmp');
  fs.symlink(version, '/..data_tmp');
  tree.rename('..data_tmp', '..data');
  const names = new Set([...payload.keys()].map((path) => path.split('/')[0] ?? ''));
  for (const name of names) if (!isLink(fs, `/${name}`)) fs.symlink(`..data/${name}`, `/${name}`);
  for (const name of fs.readdir('/')) if (!name.startsWith('..') && !names.has(name)) fs.unlink(`/${name}`);
  if (old !== undefined) fs.removeAll(`/${old}`);
}

function same(fs: FileSystem, payload: Payload): boolean {
  for (const [path, { data }] of payload) {
    if (!fs.exists(`/..data/${path}`) || Buffer.compare(fs.readFile(`/..data/${path}`), data) !== 0) return false;
  }
  const names = new Set([...payload.keys()].map((path) => path.split('/')[0]));
  return fs.readdir('/..data').every((name) => names.has(name));
}

function isLink(fs: FileSystem, path: string): boolean {
  try {
    return fs.lstat(path).type === 'symlink';
  } catch {
    return false;
  }
}
