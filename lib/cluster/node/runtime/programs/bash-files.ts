import type { CpOptions, FileContent, FsStat, IFileSystem, MkdirOptions, RmOptions } from 'just-bash';
import { joinPath, type FileSystem } from '../fs/file-system.ts';
import type { Entry } from '../fs/tree.ts';

const bytes = (content: FileContent, encoding?: unknown): Uint8Array => {
  if (typeof content !== 'string') return content;
  const name = typeof encoding === 'string' ? encoding : (encoding as { encoding?: string } | undefined)?.encoding;
  return Buffer.from(content, name === 'binary' || name === 'latin1' ? 'latin1' : 'utf8');
};

/** Node's words, which just-bash's commands look for in what fails. */
function translated<T>(path: string, work: () => T): Promise<T> {
  try {
    return Promise.resolve(work());
  } catch (err) {
    const code = err instanceof Error && 'code' in err ? String(err.code) : 'EIO';
    const text = err instanceof Error ? err.message.toLowerCase() : String(err);
    return Promise.reject(Object.assign(new Error(`${code}: ${text}, '${path}'`), { code }));
  }
}

const statOf = (entry: Entry): FsStat => ({
  isFile: entry.type === 'file' || entry.type === 'device',
  isDirectory: entry.type === 'dir',
  isSymbolicLink: entry.type === 'symlink',
  mode: entry.mode,
  size: entry.size,
  mtime: new Date(entry.mtime),
});

/** A container's files as just-bash's commands want them. */
export class BashFiles implements IFileSystem {
  readonly #fs: FileSystem;

  constructor(fs: FileSystem) {
    this.#fs = fs;
  }

  readFile(path: string): Promise<string> {
    return translated(path, () => this.#fs.readText(path));
  }

  readFileBuffer(path: string): Promise<Uint8Array> {
    return translated(path, () => this.#fs.readFile(path));
  }

  writeFile(path: string, content: FileContent, options?: unknown): Promise<void> {
    return translated(path, () => this.#fs.writeFile(path, bytes(content, options)));
  }

  appendFile(path: string, content: FileContent, options?: unknown): Promise<void> {
    return translated(path, () => this.#fs.writeFile(path, bytes(content, options), { append: true }));
  }

  exists(path: string): Promise<boolean> {
    return Promise.resolve(this.#fs.exists(path));
  }

  stat(path: string): Promise<FsStat> {
    return translated(path, () => statOf(this.#fs.stat(path)));
  }

  lstat(path: string): Promise<FsStat> {
    return translated(path, () => statOf(this.#fs.lstat(path)));
  }

  mkdir(path: string, options?: MkdirOptions): Promise<void> {
    return translated(path, () => this.#fs.mkdir(path, { recursive: options?.recursive }));
  }

  readdir(path: string): Promise<string[]> {
    return translated(path, () => this.#fs.readdir(path));
  }

  rm(path: string, options?: RmOptions): Promise<void> {
    return translated(path, () => {
      if (options?.force && !this.#fs.exists(path)) return;
      if (options?.recursive) this.#fs.removeAll(path);
      else this.#fs.unlink(path);
    });
  }

  cp(src: string, dest: string, options?: CpOptions): Promise<void> {
    return translated(src, () => {
      if (options?.recursive && this.#fs.isDirectory(src)) throw new Error('not a file');
      this.#fs.writeFile(dest, this.#fs.readFile(src));
    });
  }

  mv(src: string, dest: string): Promise<void> {
    return translated(src, () => this.#fs.rename(src, dest));
  }

  resolvePath(base: string, path: string): string {
    return joinPath(base, path);
  }

  /** Not a list of everything: globs are the shell's matter. */
  getAllPaths(): string[] {
    return [];
  }

  chmod(path: string, mode: number): Promise<void> {
    return translated(path, () => this.#fs.chmod(path, mode));
  }

  symlink(target: string, linkPath: string): Promise<void> {
    return translated(linkPath, () => this.#fs.symlink(target, linkPath));
  }

  link(existingPath: string, newPath: string): Promise<void> {
    return translated(existingPath, () => this.#fs.writeFile(newPath, this.#fs.readFile(existingPath)));
  }

  readlink(path: string): Promise<string> {
    return translated(path, () => this.#fs.readlink(path));
  }

  realpath(path: string): Promise<string> {
    return translated(path, () => this.#fs.realpath(path));
  }

  utimes(path: string, _atime: Date, mtime: Date): Promise<void> {
    return translated(path, () => this.#fs.utimes(path, mtime.getTime()));
  }
}
