import * as fs from 'node:fs';
import { FsError, fromHost } from './fs-error.ts';
import type { DiskSpace } from './space.ts';
import type { Entry, Owner, Tree } from './tree.ts';

/** Larger files than this are no business of a simulated program. */
const LARGEST_READ = 64 * 1024 * 1024;

const SERVER: Owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

/**
 * A real directory (or one file) of a node's disk. It is open to whoever works on the node, at the same time as this runs,
 * so nothing here trusts what it looked up before: files are opened without following links, and what was opened is checked
 * to lie below the root before it is read or changed.
 */
export class DiskTree implements Tree {
  readonly #root: string;
  /** Owners that the host would not let us set. */
  readonly #owners = new Map<string, Owner>();

  readonly #space: DiskSpace;
  readonly #capacity: number | undefined;

  /**
   * `root` is an absolute host path without symlinks, `space` the room on the disk that it is part of. `capacity` in bytes
   * limits what may lie below it.
   */
  constructor(root: string, space: DiskSpace, capacity?: number) {
    this.#root = root;
    this.#space = space;
    this.#capacity = capacity;
  }

  get capacity(): number | undefined {
    return this.#capacity;
  }

  /** A tree of its own of what is at `path`, with the same limits. */
  below(path: string): DiskTree {
    return new DiskTree(this.hostPath(path), this.#space, this.#capacity);
  }

  /** Bytes in all files below. */
  used(path = ''): number {
    const entry = this.lookup(path);
    if (entry?.type !== 'dir') return entry?.size ?? 0;
    return this.list(path).reduce((sum, name) => sum + this.used(path === '' ? name : `${path}/${name}`), 0);
  }

  /** The host path behind a path of this tree. */
  hostPath(path: string): string {
    return path === '' ? this.#root : `${this.#root}/${path}`;
  }

  lookup(path: string): Entry | undefined {
    const at = this.hostPath(path);
    const stat = fs.lstatSync(at, { throwIfNoEntry: false });
    if (!stat) return undefined;
    const type = stat.isDirectory() ? 'dir' : stat.isSymbolicLink() ? 'symlink' : stat.isFile() ? 'file' : 'device';
    const owner = this.#owners.get(path) ?? visibleOwner(stat);
    return {
      type,
      mode: stat.mode & 0o7777,
      uid: owner.uid,
      gid: owner.gid,
      size: stat.size,
      mtime: stat.mtimeMs,
      ...(type === 'symlink' ? { target: guard(() => fs.readlinkSync(at)) } : {}),
    };
  }

  list(path: string): string[] {
    return guard(() => fs.readdirSync(this.#checked(path)));
  }

  read(path: string): Uint8Array {
    return this.#withFile(path, fs.constants.O_RDONLY, 0, (fd) => {
      if (fs.fstatSync(fd).size > LARGEST_READ) throw new FsError('EFBIG');
      return fs.readFileSync(fd);
    });
  }

  write(path: string, data: Uint8Array, options: { append: boolean; mode: number; owner: Owner }): void {
    const before = this.lookup(path);
    const created = !before;
    if (this.#capacity !== undefined && data.length > 0) {
      const freed = options.append ? 0 : (before?.size ?? 0);
      if (this.used() - freed + data.length > this.#capacity) throw new FsError('ENOSPC');
    }
    this.#space.take(data.length);
    const flags = fs.constants.O_WRONLY | fs.constants.O_CREAT | (options.append ? fs.constants.O_APPEND : 0);
    this.#withFile(path, flags, options.mode, (fd) => {
      if (!options.append) fs.ftruncateSync(fd, 0);
      let written = 0;
      while (written < data.length) written += fs.writeSync(fd, data, written);
      if (created) fs.fchmodSync(fd, options.mode);
    });
    if (created) this.#inherit(path, options.owner);
  }

  mkdir(path: string, mode: number, owner: Owner): void {
    guard(() => {
      this.#checkedParent(path);
      fs.mkdirSync(this.hostPath(path), mode);
      fs.chmodSync(this.hostPath(path), mode);
    });
    this.#inherit(path, owner);
  }

  symlink(path: string, target: string): void {
    guard(() => {
      this.#checkedParent(path);
      fs.symlinkSync(target, this.hostPath(path));
    });
  }

  remove(path: string): void {
    guard(() => {
      this.#checkedParent(path);
      const at = this.hostPath(path);
      if (fs.lstatSync(at).isDirectory()) fs.rmdirSync(at);
      else fs.unlinkSync(at);
    });
    this.#owners.delete(path);
  }

  rename(from: string, to: string): void {
    guard(() => {
      this.#checkedParent(from);
      this.#checkedParent(to);
      fs.renameSync(this.hostPath(from), this.hostPath(to));
    });
    const owner = this.#owners.get(from);
    this.#owners.delete(from);
    if (owner) this.#owners.set(to, owner);
  }

  chmod(path: string, mode: number): void {
    if (this.lookup(path)?.type === 'symlink') return;
    guard(() => fs.chmodSync(this.#checked(path), mode));
  }

  chown(path: string, owner: Owner): void {
    try {
      fs.lchownSync(this.#checked(path), owner.uid, owner.gid);
      this.#owners.delete(path);
    } catch {
      // Not root on the host: remembered for as long as the volume is mounted.
      this.#owners.set(path, owner);
    }
  }

  utimes(path: string, mtime: number): void {
    guard(() => fs.utimesSync(this.#checked(path), mtime / 1000, mtime / 1000));
  }

  /** A new entry belongs to its maker, and to the group of a set-group-id directory. */
  #inherit(path: string, owner: Owner): void {
    const parent = this.lookup(path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '');
    const gid = parent && parent.mode & 0o2000 ? parent.gid : owner.gid;
    const made = this.lookup(path);
    if (made && (made.uid !== owner.uid || made.gid !== gid)) this.chown(path, { uid: owner.uid, gid });
  }

  /** The host path of an entry whose directory is really inside. */
  #checked(path: string): string {
    this.#checkedParent(path);
    const at = this.hostPath(path);
    if (path !== '' && fs.lstatSync(at).isSymbolicLink()) throw new FsError('ELOOP');
    return at;
  }

  #checkedParent(path: string): void {
    if (path === '') return;
    const parent = this.hostPath(path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '');
    if (!this.#inside(guard(() => fs.realpathSync.native(parent)))) throw new FsError('EACCES');
  }

  #inside(real: string): boolean {
    return real === this.#root || real.startsWith(`${this.#root}/`);
  }

  #withFile<T>(path: string, flags: number, mode: number, use: (fd: number) => T): T {
    return guard(() => {
      this.#checkedParent(path);
      const fd = fs.openSync(this.hostPath(path), flags | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK, mode);
      try {
        if (!fs.fstatSync(fd).isFile()) throw new FsError(fs.fstatSync(fd).isDirectory() ? 'EISDIR' : 'ENXIO');
        if (!this.#inside(fs.readlinkSync(`/proc/self/fd/${fd}`))) throw new FsError('EACCES');
        return use(fd);
      } finally {
        fs.closeSync(fd);
      }
    });
  }
}

/** The server's own account is the simulated root. */
function visibleOwner(stat: { uid: number; gid: number }): Owner {
  return { uid: stat.uid === SERVER.uid ? 0 : stat.uid, gid: stat.gid === SERVER.gid ? 0 : stat.gid };
}

function guard<T>(work: () => T): T {
  try {
    return work();
  } catch (err) {
    throw fromHost(err);
  }
}
