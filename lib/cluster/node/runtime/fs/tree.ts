export type EntryType = 'file' | 'dir' | 'symlink' | 'device';

export interface Entry {
  type: EntryType;
  /** Permission bits, set-id and sticky included: 0o2777. */
  mode: number;
  uid: number;
  gid: number;
  size: number;
  /** Milliseconds since the epoch. */
  mtime: number;
  /** A symlink's. */
  target?: string;
}

export interface Owner {
  uid: number;
  gid: number;
}

/** A device's behaviour; both may be absent (EACCES then). */
export interface Device {
  read?(): Uint8Array;
  write?(data: Uint8Array): void;
}

/**
 * Something that can be mounted. Paths are relative, without leading slash, '' being the root; symlinks are never
 * followed (the FileSystem above does that). Methods throw an FsError.
 */
export interface Tree {
  lookup(path: string): Entry | undefined;
  list(path: string): string[];
  read(path: string): Uint8Array;
  /** Replaces or appends to the content of a file, made when absent. */
  write(path: string, data: Uint8Array, options: { append: boolean; mode: number; owner: Owner }): void;
  mkdir(path: string, mode: number, owner: Owner): void;
  symlink(path: string, target: string): void;
  /** A file, a link, or an empty directory. */
  remove(path: string): void;
  rename(from: string, to: string): void;
  chmod(path: string, mode: number): void;
  chown(path: string, owner: Owner): void;
  utimes(path: string, mtime: number): void;
  device?(path: string): Device | undefined;
}
