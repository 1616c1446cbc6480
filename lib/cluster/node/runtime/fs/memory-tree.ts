import type { Budget } from '../budget.ts';
import { FsError } from './fs-error.ts';
import type { Device, Entry, Owner, Tree } from './tree.ts';

interface Meta {
  mode: number;
  uid: number;
  gid: number;
  mtime: number;
}

export interface FileNode extends Meta {
  type: 'file';
  /** Content, or what makes it when it is first read. */
  content: Uint8Array | (() => Uint8Array);
  /** Room behind the content into which the next append may go. */
  room?: Buffer;
  /** Not part of the start state: its bytes count. */
  written?: boolean;
}

export interface DirNode extends Meta {
  type: 'dir';
  children: Map<string, MemoryNode>;
  /** The tree that may change this directory in place; others copy it first. */
  owner: object | undefined;
}

export interface LinkNode extends Meta {
  type: 'symlink';
  target: string;
}

export interface DeviceNode extends Meta {
  type: 'device';
  device: Device;
}

export type MemoryNode = FileNode | DirNode | LinkNode | DeviceNode;

/**
 * A tree in memory that shares its start state with others: a directory is copied when it is first changed, as is the way
 * to it. A container of an image costs nothing until it writes, and then what it writes.
 */
export class MemoryTree implements Tree {
  #root: DirNode;
  readonly #self = {};
  readonly #now: () => number;
  readonly #space: Budget | undefined;

  /** `space` is where what is written is taken from. */
  constructor(root: DirNode, now: () => number, space?: Budget) {
    this.#root = root;
    this.#now = now;
    this.#space = space;
  }

  lookup(path: string): Entry | undefined {
    const node = this.#find(path);
    if (!node) return undefined;
    const { type, mode, uid, gid, mtime } = node;
    const size = node.type === 'file' ? contentOf(node).length : node.type === 'symlink' ? node.target.length : 4096;
    return { type, mode, uid, gid, mtime, size, ...(node.type === 'symlink' ? { target: node.target } : {}) };
  }

  list(path: string): string[] {
    const node = this.#find(path);
    if (node?.type !== 'dir') throw new FsError(node ? 'ENOTDIR' : 'ENOENT');
    return [...node.children.keys()];
  }

  read(path: string): Uint8Array {
    const node = this.#find(path);
    if (!node) throw new FsError('ENOENT');
    if (node.type === 'dir') throw new FsError('EISDIR');
    if (node.type !== 'file') throw new FsError('EINVAL');
    return contentOf(node);
  }

  write(path: string, data: Uint8Array, options: { append: boolean; mode: number; owner: Owner }): void {
    const [dir, name] = this.#parent(path);
    const old = dir.children.get(name);
    if (old?.type === 'dir') throw new FsError('EISDIR');
    const before = old?.type === 'file' && old.written ? contentOf(old).length : 0;
    const written = options.append && old?.type === 'file' ? appended(old, data) : { content: data };
    this.#space?.take(written.content.length - before);
    const meta = old ?? { mode: options.mode, uid: options.owner.uid, gid: options.owner.gid };
    dir.children.set(name, {
      type: 'file',
      ...written,
      written: true,
      mode: meta.mode,
      uid: meta.uid,
      gid: meta.gid,
      mtime: this.#now(),
    });
    if (!old) dir.mtime = this.#now();
  }

  mkdir(path: string, mode: number, owner: Owner): void {
    const [dir, name] = this.#parent(path);
    if (dir.children.has(name)) throw new FsError('EEXIST');
    dir.children.set(name, { type: 'dir', children: new Map(), owner: this.#self, mode, ...owner, mtime: this.#now() });
    dir.mtime = this.#now();
  }

  symlink(path: string, target: string): void {
    const [dir, name] = this.#parent(path);
    if (dir.children.has(name)) throw new FsError('EEXIST');
    dir.children.set(name, { type: 'symlink', target, mode: 0o777, uid: 0, gid: 0, mtime: this.#now() });
  }

  remove(path: string): void {
    const [dir, name] = this.#parent(path);
    const node = dir.children.get(name);
    if (!node) throw new FsError('ENOENT');
    if (node.type === 'dir' && node.children.size > 0) throw new FsError('ENOTEMPTY');
    dir.children.delete(name);
    if (node.type === 'file' && node.written) this.#space?.take(-contentOf(node).length);
    dir.mtime = this.#now();
  }

  rename(from: string, to: string): void {
    const node = this.#find(from);
    if (!node) throw new FsError('ENOENT');
    const [source, oldName] = this.#parent(from);
    const [dest, newName] = this.#parent(to);
    const there = dest.children.get(newName);
    if (there?.type === 'dir' && (node.type !== 'dir' || there.children.size > 0)) {
      throw new FsError(node.type === 'dir' ? 'ENOTEMPTY' : 'EISDIR');
    }
    if (there?.type === 'file' && there !== node && there.written) this.#space?.take(-contentOf(there).length);
    source.children.delete(oldName);
    dest.children.set(newName, node);
  }

  chmod(path: string, mode: number): void {
    this.#change(path, { mode });
  }

  chown(path: string, owner: Owner): void {
    this.#change(path, owner);
  }

  utimes(path: string, mtime: number): void {
    this.#change(path, { mtime });
  }

  device(path: string): Device | undefined {
    const node = this.#find(path);
    return node?.type === 'device' ? node.device : undefined;
  }

  #change(path: string, meta: Partial<Meta>): void {
    if (path === '') {
      Object.assign(this.#ownRoot(), meta);
      return;
    }
    const [dir, name] = this.#parent(path);
    const node = dir.children.get(name);
    if (!node) throw new FsError('ENOENT');
    dir.children.set(name, { ...node, ...meta });
  }

  #find(path: string): MemoryNode | undefined {
    let node: MemoryNode | undefined = this.#root;
    if (path === '') return node;
    for (const part of path.split('/')) {
      if (node?.type !== 'dir') return undefined;
      node = node.children.get(part);
    }
    return node;
  }

  #ownRoot(): DirNode {
    if (this.#root.owner !== this.#self) this.#root = this.#copy(this.#root);
    return this.#root;
  }

  /** The directory that holds `path`, made this tree's own together with the way to it. */
  #parent(path: string): [DirNode, string] {
    const parts = path.split('/');
    const name = parts.pop();
    if (!name) throw new FsError('EBUSY');
    let dir = this.#ownRoot();
    for (const part of parts) {
      const child = dir.children.get(part);
      if (!child) throw new FsError('ENOENT');
      if (child.type !== 'dir') throw new FsError('ENOTDIR');
      const own: DirNode = child.owner === this.#self ? child : this.#copy(child);
      if (own !== child) dir.children.set(part, own);
      dir = own;
    }
    return [dir, name];
  }

  #copy(dir: DirNode): DirNode {
    return { ...dir, children: new Map(dir.children), owner: this.#self };
  }
}

function contentOf(node: FileNode): Uint8Array {
  if (typeof node.content === 'function') node.content = node.content();
  return node.content;
}

/** A file's content with more behind it. The room doubles, so that many small appends do not copy it all each time. */
function appended(old: FileNode, data: Uint8Array): { content: Uint8Array; room: Buffer } {
  const before = contentOf(old);
  const size = before.length + data.length;
  let { room } = old;
  if (!room || room.length < size) {
    room = Buffer.alloc(size < 4096 ? size : 2 * size);
    room.set(before);
  }
  room.set(data, before.length);
  return { content: room.subarray(0, size), room };
}
