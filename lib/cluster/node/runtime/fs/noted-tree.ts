import type { Device, Entry, Owner, Tree } from './tree.ts';

/** A tree that tells which of its paths have been changed through it. */
export class NotedTree implements Tree {
  readonly #tree: Tree;
  readonly #note: (path: string) => void;

  constructor(tree: Tree, note: (path: string) => void) {
    this.#tree = tree;
    this.#note = note;
  }

  lookup(path: string): Entry | undefined {
    return this.#tree.lookup(path);
  }

  list(path: string): string[] {
    return this.#tree.list(path);
  }

  read(path: string): Uint8Array {
    return this.#tree.read(path);
  }

  write(path: string, data: Uint8Array, options: { append: boolean; mode: number; owner: Owner }): void {
    this.#tree.write(path, data, options);
    this.#note(path);
  }

  mkdir(path: string, mode: number, owner: Owner): void {
    this.#tree.mkdir(path, mode, owner);
    this.#note(path);
  }

  symlink(path: string, target: string): void {
    this.#tree.symlink(path, target);
    this.#note(path);
  }

  remove(path: string): void {
    this.#tree.remove(path);
    this.#note(path);
  }

  rename(from: string, to: string): void {
    this.#tree.rename(from, to);
    this.#noteMoved(from, to);
  }

  #noteMoved(from: string, to: string): void {
    this.#note(from);
    this.#note(to);
    if (this.#tree.lookup(to)?.type !== 'dir') return;
    for (const name of this.#tree.list(to)) this.#noteMoved(`${from}/${name}`, `${to}/${name}`);
  }

  chmod(path: string, mode: number): void {
    this.#tree.chmod(path, mode);
    this.#note(path);
  }

  chown(path: string, owner: Owner): void {
    this.#tree.chown(path, owner);
    this.#note(path);
  }

  utimes(path: string, mtime: number): void {
    this.#tree.utimes(path, mtime);
  }

  device(path: string): Device | undefined {
    return this.#tree.device?.(path);
  }
}
