import { mkdirSync, realpathSync } from 'node:fs';
import { DiskTree } from './runtime/fs/disk-tree.ts';
import { FileSystem } from './runtime/fs/file-system.ts';
import { DiskSpace, MOST_ON_DISK } from './runtime/fs/space.ts';

/** The root disk of a node: a real directory, seen as the node's own `/`. Symlinks lead nowhere outside of it. */
export class Disk {
  readonly root: string;
  readonly fs: FileSystem;
  readonly #space: DiskSpace;

  constructor(dir: string) {
    mkdirSync(dir, { recursive: true });
    this.root = realpathSync(dir);
    this.#space = new DiskSpace(MOST_ON_DISK, () => new DiskTree(this.root, this.#space).used());
    this.fs = new FileSystem([
      { path: '/', tree: new DiskTree(this.root, this.#space), readOnly: false, fsType: 'ext4' },
    ]);
  }

  /** The host path of an existing file or directory, links inside the disk followed. */
  hostPath(path: string): string {
    const real = this.fs.realpath(path);
    return real === '/' ? this.root : this.root + real;
  }

  /** What is at an existing path, links followed, as a volume of `capacity` bytes (or of all that is left). */
  tree(path: string, capacity?: number): DiskTree {
    return new DiskTree(this.hostPath(path), this.#space, capacity);
  }

  /** A file's text, or undefined when it cannot be read. */
  read(path: string): string | undefined {
    try {
      return this.fs.readText(path);
    } catch {
      return undefined;
    }
  }

  write(path: string, text: string | Uint8Array, mode = 0o644): void {
    const dir = path.slice(0, path.lastIndexOf('/')) || '/';
    this.fs.mkdir(dir, { recursive: true });
    this.fs.writeFile(path, text, { mode });
  }

  /** Removes a file or a whole directory, if it is there. */
  remove(path: string): void {
    try {
      this.fs.removeAll(path);
    } catch {
      // Gone already, or taken away meanwhile by somebody on the node.
    }
  }

  list(path: string): string[] {
    try {
      return this.fs.readdir(path);
    } catch {
      return [];
    }
  }
}
