import { FsError } from './fs-error.ts';
import type { Device, Entry, Owner, Tree } from './tree.ts';

export interface Mount {
  /** Absolute, normalized: `/data`. '/' is the root. */
  path: string;
  tree: Tree;
  readOnly: boolean;
  /** What `mount` prints: `overlay`, `tmpfs`, `ext4`. */
  fsType: string;
}

export interface Identity {
  uid: number;
  gid: number;
  groups: readonly number[];
}

interface Place {
  mount: Mount;
  /** Inside the mount's tree. */
  path: string;
  /** Absolute, without symlinks. */
  absolute: string;
}

const LINK_LIMIT = 40;

/** The files that a process sees: mounted trees, symlinks followed, permissions checked. All methods throw an FsError. */
export class FileSystem {
  readonly mounts: readonly Mount[];
  readonly identity: Identity;
  readonly #byPath: ReadonlyMap<string, Mount>;

  constructor(mounts: readonly Mount[], identity: Identity = { uid: 0, gid: 0, groups: [] }) {
    this.mounts = mounts;
    this.identity = identity;
    this.#byPath = new Map(mounts.map((m) => [m.path, m]));
  }

  /** The same files, as somebody else sees them. */
  as(identity: Identity): FileSystem {
    return new FileSystem(this.mounts, identity);
  }

  stat(path: string): Entry {
    return this.#entry(this.#resolve(path, true));
  }

  lstat(path: string): Entry {
    return this.#entry(this.#resolve(path, false));
  }

  exists(path: string): boolean {
    return this.#tryEntry(path) !== undefined;
  }

  isDirectory(path: string): boolean {
    return this.#tryEntry(path)?.type === 'dir';
  }

  realpath(path: string): string {
    const place = this.#resolve(path, true);
    this.#entry(place);
    return place.absolute;
  }

  readlink(path: string): string {
    const { target } = this.lstat(path);
    if (target === undefined) throw new FsError('EINVAL');
    return target;
  }

  readFile(path: string): Uint8Array {
    const place = this.#resolve(path, true);
    const entry = this.#entry(place);
    if (entry.type === 'dir') throw new FsError('EISDIR');
    this.#permit(entry, 4);
    if (entry.type === 'device') return this.#device(place).read?.() ?? new Uint8Array();
    return place.mount.tree.read(place.path);
  }

  readText(path: string): string {
    return Buffer.from(this.readFile(path)).toString('utf8');
  }

  writeFile(path: string, data: Uint8Array | string, options: { append?: boolean; mode?: number } = {}): void {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    const place = this.#resolve(path, true);
    const entry = this.#entryAt(place);
    if (entry?.type === 'dir') throw new FsError('EISDIR');
    if (entry?.type === 'device') {
      this.#device(place).write?.(bytes);
      return;
    }
    if (entry) this.#permit(entry, 2);
    else this.#permitChange(place);
    if (place.mount.readOnly) throw new FsError('EROFS');
    place.mount.tree.write(place.path, bytes, {
      append: options.append ?? false,
      mode: options.mode ?? 0o644,
      owner: this.#owner(),
    });
  }

  /** Names, sorted; mount points included. */
  readdir(path: string): string[] {
    const place = this.#resolve(path, true);
    const entry = this.#entry(place);
    if (entry.type !== 'dir') throw new FsError('ENOTDIR');
    this.#permit(entry, 4);
    const names = new Set(place.mount.tree.list(place.path));
    const prefix = place.absolute === '/' ? '/' : `${place.absolute}/`;
    for (const mount of this.mounts) {
      if (mount.path !== '/' && mount.path.startsWith(prefix)) {
        const name = mount.path.slice(prefix.length).split('/')[0];
        if (name) names.add(name);
      }
    }
    return [...names].sort();
  }

  mkdir(path: string, options: { recursive?: boolean; mode?: number } = {}): void {
    if (options.recursive) {
      if (this.isDirectory(path)) return;
      const parts = normalize(path).split('/').slice(1);
      for (let i = 1; i < parts.length; i++) {
        const parent = `/${parts.slice(0, i).join('/')}`;
        if (!this.exists(parent)) this.mkdir(parent);
      }
    }
    const place = this.#creatable(path);
    place.mount.tree.mkdir(place.path, options.mode ?? 0o755, this.#owner());
  }

  symlink(target: string, path: string): void {
    const place = this.#creatable(path);
    place.mount.tree.symlink(place.path, target);
  }

  /** A file or link. */
  unlink(path: string): void {
    const place = this.#resolve(path, false);
    if (this.#entry(place).type === 'dir') throw new FsError('EISDIR');
    this.#removable(place);
    place.mount.tree.remove(place.path);
  }

  rmdir(path: string): void {
    const place = this.#resolve(path, false);
    if (this.#entry(place).type !== 'dir') throw new FsError('ENOTDIR');
    this.#removable(place);
    place.mount.tree.remove(place.path);
  }

  /** A file, or a directory with all below it. */
  removeAll(path: string): void {
    if (this.lstat(path).type === 'dir') {
      for (const name of this.readdir(path)) this.removeAll(`${path}/${name}`);
      this.rmdir(path);
    } else this.unlink(path);
  }

  rename(from: string, to: string): void {
    const source = this.#resolve(from, false);
    const entry = this.#entry(source);
    const target = this.#resolve(to, false);
    this.#removable(source);
    this.#permitChange(target);
    if (source.mount === target.mount) source.mount.tree.rename(source.path, target.path);
    else if (entry.type === 'dir') this.#copyAcross(from, to);
    else {
      const data = entry.type === 'symlink' ? undefined : this.readFile(from);
      if (data) this.writeFile(to, data, { mode: entry.mode });
      else this.symlink(entry.target ?? '', to);
      this.unlink(from);
    }
  }

  chmod(path: string, mode: number): void {
    const place = this.#changeable(path);
    place.mount.tree.chmod(place.path, mode);
  }

  chown(path: string, owner: Owner): void {
    if (this.identity.uid !== 0) throw new FsError('EPERM');
    const place = this.#changeable(path);
    place.mount.tree.chown(place.path, owner);
  }

  utimes(path: string, mtime: number): void {
    const place = this.#changeable(path);
    place.mount.tree.utimes(place.path, mtime);
  }

  /** Whether the caller may read (4), write (2) or run (1) it, as access(2) answers. */
  access(path: string, bits: number): boolean {
    const entry = this.#tryEntry(path);
    return entry !== undefined && permitted(entry, bits, this.identity);
  }

  #copyAcross(from: string, to: string): void {
    this.mkdir(to, { mode: this.stat(from).mode });
    for (const name of this.readdir(from)) this.rename(`${from}/${name}`, `${to}/${name}`);
    this.rmdir(from);
  }

  #owner(): Owner {
    return { uid: this.identity.uid, gid: this.identity.gid };
  }

  #tryEntry(path: string): Entry | undefined {
    try {
      return this.#entryAt(this.#resolve(path, true));
    } catch {
      return undefined;
    }
  }

  #entryAt(place: Place): Entry | undefined {
    return place.mount.tree.lookup(place.path);
  }

  #entry(place: Place): Entry {
    const entry = this.#entryAt(place);
    if (!entry) throw new FsError('ENOENT');
    return entry;
  }

  #device(place: Place): Device {
    const device = place.mount.tree.device?.(place.path);
    if (!device) throw new FsError('ENXIO');
    return device;
  }

  #permit(entry: Entry, bits: number): void {
    if (!permitted(entry, bits, this.identity)) throw new FsError('EACCES');
  }

  #permitChange(place: Place): void {
    const parent = this.stat(parentOf(place.absolute));
    if (parent.type !== 'dir') throw new FsError('ENOTDIR');
    if (place.mount.readOnly) throw new FsError('EROFS');
    this.#permit(parent, 2);
  }

  #creatable(path: string): Place {
    const place = this.#resolve(path, false);
    if (this.#entryAt(place)) throw new FsError('EEXIST');
    this.#permitChange(place);
    return place;
  }

  #removable(place: Place): void {
    if (this.#byPath.has(place.absolute)) throw new FsError('EBUSY');
    this.#permitChange(place);
  }

  #changeable(path: string): Place {
    const place = this.#resolve(path, true);
    const entry = this.#entry(place);
    if (place.mount.readOnly) throw new FsError('EROFS');
    if (this.identity.uid !== 0 && entry.uid !== this.identity.uid) throw new FsError('EPERM');
    return place;
  }

  /** Walks a path; the last component may be absent, and is followed when `follow`. */
  #resolve(path: string, follow: boolean): Place {
    if (path === '') throw new FsError('ENOENT');
    const todo = path.split('/').reverse();
    const done: string[] = [];
    let links = 0;
    while (todo.length > 0) {
      const part = todo.pop();
      if (part === undefined || part === '' || part === '.') continue;
      if (part === '..') {
        done.pop();
        continue;
      }
      done.push(part);
      const last = todo.every((p) => p === '' || p === '.');
      const place = this.#place(done);
      const entry = this.#entryAt(place);
      if (entry?.type === 'symlink' && (follow || !last)) {
        if (++links > LINK_LIMIT) throw new FsError('ELOOP');
        const target = entry.target ?? '';
        if (target.startsWith('/')) done.length = 0;
        else done.pop();
        todo.push(...target.split('/').reverse());
      } else if (!last) {
        if (!entry) {
          if (!this.#mountBelow(place.absolute)) throw new FsError('ENOENT');
        } else if (entry.type !== 'dir') throw new FsError('ENOTDIR');
        else if (!permitted(entry, 1, this.identity)) throw new FsError('EACCES');
      }
    }
    return this.#place(done);
  }

  #mountBelow(absolute: string): boolean {
    return this.mounts.some((m) => m.path.startsWith(`${absolute}/`));
  }

  #place(parts: readonly string[]): Place {
    const absolute = `/${parts.join('/')}`;
    for (let n = parts.length; n >= 0; n--) {
      const mount = this.#byPath.get(`/${parts.slice(0, n).join('/')}`);
      if (mount) return { mount, path: parts.slice(n).join('/'), absolute };
    }
    throw new FsError('ENOENT');
  }
}

function permitted(entry: Entry, bits: number, who: Identity): boolean {
  if (who.uid === 0) return bits !== 1 || entry.type === 'dir' || (entry.mode & 0o111) !== 0;
  const inGroup = who.gid === entry.gid || who.groups.includes(entry.gid);
  const shift = who.uid === entry.uid ? 6 : inGroup ? 3 : 0;
  return ((entry.mode >> shift) & bits) === bits;
}

/** An absolute path without `.`, `..` and doubled slashes, as text. */
export function normalize(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** `path` as seen from the directory `base`. */
export function joinPath(base: string, path: string): string {
  return normalize(path.startsWith('/') ? path : `${base}/${path}`);
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
