import type { Clock, Timer } from '../../../kit/clock.ts';
import type { Disk } from '../machine.ts';
import type { Entry, Tree } from '../runtime/fs/tree.ts';

/** How long changes are gathered before they are written: at least this, and longer the more there are. */
const GATHER_MS = 1_000;
const BYTES_PER_MS = 1_000;
/** What a program needs to make its files when it starts again. */
const START_MS = 1_000;

/** One changed path: as it is now, or gone when it has no type. */
interface Change extends Partial<Pick<Entry, 'type' | 'mode' | 'uid' | 'gid' | 'target'>> {
  path: string;
  /** A file's content, in base64. */
  data?: string;
}

/**
 * What people have changed in the files of a container, kept on the node's disk: a container that is taken over starts its
 * program again, which makes its own files again, but nobody would type theirs twice.
 */
export class LayerFile {
  readonly #disk: Disk;
  readonly #clock: Clock;
  readonly #path: string;
  readonly #changed = new Set<string>();
  /** Those changed since the container was taken over. */
  readonly #fresh = new Set<string>();
  #tree: Tree | undefined;
  #timer: Timer | undefined;
  #late: Timer | undefined;
  /** What has still to be made. */
  #kept: readonly Change[] = [];
  #size = 0;

  constructor(disk: Disk, clock: Clock, path: string) {
    this.#disk = disk;
    this.#clock = clock;
    this.#path = path;
  }

  /**
   * Makes the changes that were kept in the files of the container: at once in what its image has, and everywhere when its
   * program has made what it makes.
   */
  restore(tree: Tree): void {
    this.#tree = tree;
    this.#kept = parse(this.#disk.read(this.#path));
    if (this.#kept.length === 0) return;
    for (const change of this.#kept) {
      this.#changed.add(change.path);
      if (tree.lookup(change.path)) make(tree, change);
    }
    this.#late = this.#clock.after(START_MS, () => this.#restoreAll(tree));
  }

  #restoreAll(tree: Tree): void {
    this.#late?.cancel();
    for (const change of this.#kept) if (!this.#fresh.has(change.path)) make(tree, change);
    this.#kept = [];
  }

  /** A path has been changed by hand. */
  note(path: string): void {
    // Last, so that what lies in a directory comes after it.
    this.#changed.delete(path);
    this.#changed.add(path);
    this.#fresh.add(path);
    this.#timer ??= this.#clock.after(GATHER_MS + this.#size / BYTES_PER_MS, () => this.flush());
  }

  /** Writes what is not written yet. */
  flush(): void {
    if (!this.#timer) return;
    this.#timer.cancel();
    this.#timer = undefined;
    if (this.#tree) this.#restoreAll(this.#tree);
    const text = JSON.stringify([...this.#changed].map((path) => this.#describe(path)));
    this.#size = text.length;
    try {
      this.#disk.write(this.#path, text, 0o600);
    } catch {
      // No room on the disk: what was kept before stays.
    }
  }

  /** Nothing more is written. */
  stop(): void {
    this.#timer?.cancel();
    this.#late?.cancel();
  }

  #describe(path: string): Change {
    const entry = this.#tree?.lookup(path);
    if (!this.#tree || !entry) return { path };
    const { type, mode, uid, gid, target } = entry;
    const data = type === 'file' ? Buffer.from(this.#tree.read(path)).toString('base64') : undefined;
    return {
      path,
      type,
      mode,
      uid,
      gid,
      ...(target === undefined ? {} : { target }),
      ...(data === undefined ? {} : { data }),
    };
  }
}

/** Whoever is root on the node can write anything into the file. */
function parse(text: string | undefined): Change[] {
  try {
    const changes: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(changes) ? changes.filter((c: Partial<Change> | null) => typeof c?.path === 'string') : [];
  } catch {
    return [];
  }
}

function make(tree: Tree, { path, type, mode = 0o644, uid = 0, gid = 0, target = '', data = '' }: Change): void {
  const owner = { uid, gid };
  try {
    const there = tree.lookup(path);
    if (there && (!type || (there.type !== type && there.type !== 'dir') || type === 'symlink')) tree.remove(path);
    if (!type) return;
    makeParents(tree, path);
    if (type === 'symlink') return tree.symlink(path, target);
    if (type === 'file') tree.write(path, Buffer.from(data, 'base64'), { append: false, mode, owner });
    else if (!there) tree.mkdir(path, mode, owner);
    tree.chmod(path, mode);
    tree.chown(path, owner);
  } catch {
    // The image has changed under it: the rest is more than nothing.
  }
}

function makeParents(tree: Tree, path: string): void {
  const at = path.lastIndexOf('/');
  if (at < 0 || tree.lookup(path.slice(0, at))) return;
  makeParents(tree, path.slice(0, at));
  tree.mkdir(path.slice(0, at), 0o755, { uid: 0, gid: 0 });
}
