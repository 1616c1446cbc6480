import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import type { KubeObject } from '../machinery/object.ts';
import type { Base } from './base.ts';
import { EMPTY_BASE } from './base.ts';
import type { Store } from './kv.ts';
import { MvccStore } from './mvcc.ts';

/** A journal is rewritten when it holds this many times what a fresh one would, and at least the size below. */
const GROWTH = 4;
const SMALLEST_REWRITE = 4 * 1024 * 1024;

/** The first line: what the lines after it are written on top of. */
interface Header {
  journal: 1;
  base: string;
  /** Lines up to this revision are a state, not a history. */
  revision: number;
}

/** One write: an object put under a key, or a key removed. */
interface Line {
  r: number;
  k: string;
  o?: KubeObject;
}

/** A store whose writes are in a file before they are acknowledged. */
export interface JournaledStore extends Store {
  /** Every key and object that it holds now, by key. */
  entries(): IterableIterator<[string, KubeObject]>;
  /** Closes the file; later writes fail. */
  close(): void;
}

/** The journal was written over another base than the one it is opened with. */
export class WrongBase extends Error {
  readonly code = 'WRONG_BASE';
}

const encode = (value: Header | Line) => `${JSON.stringify(value)}\n`;

/** Writes all of a text: write(2) may take less than it was given. */
function writeAll(fd: number, text: string): number {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
  return bytes.length;
}

/** Writes a file that a journal can start from, and puts it in place at once. */
function writeState(file: string, header: Header, changes: Iterable<readonly [string, KubeObject | null]>): number {
  const draft = `${file}.new`;
  const fd = openSync(draft, 'w', 0o600);
  let size = writeAll(fd, encode(header));
  for (const [k, o] of changes) size += writeAll(fd, encode({ r: header.revision, k, ...(o ? { o } : {}) }));
  fsyncSync(fd);
  closeSync(fd);
  renameSync(draft, file);
  return size;
}

/** The file's complete lines. A last line without its end was never acknowledged: it is not reported. */
function readLines(file: string): { header: Header | undefined; lines: Line[]; size: number } {
  const text = readFileSync(file, 'utf8');
  const complete = text.slice(0, text.lastIndexOf('\n') + 1);
  const [first, ...rest] = complete.split('\n').filter((line) => line !== '');
  return {
    header: first === undefined ? undefined : (JSON.parse(first) as Header),
    lines: rest.map((line) => JSON.parse(line) as Line),
    size: Buffer.byteLength(complete),
  };
}

/** Appends writes to a file; told to, starts it over from a state. */
class JournalFile {
  readonly #file: string;
  readonly #base: string;
  #fd: number;
  #size: number;
  #freshSize: number;
  #closed = false;

  constructor(file: string, base: string, size: number, freshSize: number) {
    this.#file = file;
    this.#base = base;
    this.#fd = openSync(file, 'a', 0o600);
    ftruncateSync(this.#fd, size);
    this.#size = size;
    this.#freshSize = freshSize;
  }

  append(revision: number, key: string, object: KubeObject | undefined): void {
    this.#size += writeAll(this.#fd, encode({ r: revision, k: key, ...(object ? { o: object } : {}) }));
  }

  get hasGrown(): boolean {
    return !this.#closed && this.#size > Math.max(SMALLEST_REWRITE, GROWTH * this.#freshSize);
  }

  startOver(revision: number, changes: Iterable<readonly [string, KubeObject | null]>): void {
    closeSync(this.#fd);
    this.#size = writeState(this.#file, { journal: 1, base: this.#base, revision }, changes);
    this.#freshSize = this.#size;
    this.#fd = openSync(this.#file, 'a', 0o600);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#fd);
  }
}

/**
 * Opens the store that a journal file holds; an absent file is a new store in the base's state. Throws `WrongBase` when the
 * file was written over another base. A line that was being written when the process died is dropped.
 */
export function openStore({ file, base = EMPTY_BASE }: { file: string; base?: Base }): JournaledStore {
  if (!existsSync(file)) writeState(file, { journal: 1, base: base.id, revision: base.revision }, []);
  const { header, lines, size } = readLines(file);
  const from = header ?? { journal: 1, base: base.id, revision: base.revision };
  if (from.base !== base.id && from.base !== EMPTY_BASE.id) {
    throw new WrongBase(`${file} was written over base ${from.base}, not ${base.id}`);
  }
  const changes = new Map<string, KubeObject | null>();
  for (const { k, o } of lines) changes.set(k, o ?? null);
  const revision = lines.reduce((max, { r }) => Math.max(max, r), from.revision);
  const journal = new JournalFile(file, from.base, size, size);
  const store = new MvccStore({
    base: from.base === base.id ? base : EMPTY_BASE,
    revision,
    changes,
    log: {
      append(revision, key, object) {
        journal.append(revision, key, object);
        // Later: the write itself must be in memory before a rewrite can take it over.
        if (journal.hasGrown)
          queueMicrotask(() => journal.hasGrown && journal.startOver(store.revision, store.changes()));
      },
    },
  });
  return Object.assign(store, { close: () => journal.close() });
}

/**
 * Writes all that a store holds to a file of its own (`etcdctl snapshot save`). `openStore` on a copy of that file is a
 * restored cluster; it needs no base.
 */
export function saveSnapshot(store: Pick<JournaledStore, 'revision' | 'entries'>, file: string): void {
  writeState(file, { journal: 1, base: EMPTY_BASE.id, revision: store.revision }, store.entries());
}

/** What `saveSnapshot` wrote, from the file's text; undefined when it is something else. */
export function parseSnapshot(text: string): Map<string, KubeObject> | undefined {
  const [first = '', ...rest] = text.split('\n').filter((line) => line !== '');
  try {
    const header = JSON.parse(first) as Partial<Header>;
    if (header.journal !== 1 || header.base !== EMPTY_BASE.id) return undefined;
    const lines = rest.map((line) => JSON.parse(line) as Line);
    return new Map(lines.flatMap(({ k, o }) => (o ? [[k, o] as const] : [])));
  } catch {
    return undefined;
  }
}
