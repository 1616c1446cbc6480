import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { deepEqual } from '../kit/deep.ts';
import { uuid, type Random } from '../kit/random.ts';
import type { KubeObject } from './machinery/object.ts';
import type { ComponentContext, EtcdDatabase } from './node/index.ts';
import { parseSnapshot, saveSnapshot, type JournaledStore } from './store/journal.ts';

/** A data directory's database file that stands for the cluster's store: `{"live": "<id>"}`. */
interface LiveMark {
  live: string;
}

const FILE = 'member/snap/db';

/**
 * What lies in etcd's data directory on a node's disk: a mark, which stands for the cluster's store, or a restored snapshot,
 * which becomes the store's content when an etcd starts on it. What the store held before is kept under the mark's id, so
 * that the old directory, wherever it was moved, can be gone back to.
 */
export class EtcdData {
  readonly #store: JournaledStore;
  readonly #random: Random;
  readonly #folder: string;
  #live: string | undefined;

  /** `folder`: on the host, where earlier contents are kept. */
  constructor({ store, random, folder }: { store: JournaledStore; random: Random; folder: string }) {
    this.#store = store;
    this.#random = random;
    this.#folder = folder;
  }

  /** The database, for clients that `refusal` lets in. */
  database(refusal: EtcdDatabase['refusal']): EtcdDatabase {
    const store = this.#store;
    return {
      refusal,
      get revision() {
        return store.revision;
      },
      entries: () => store.entries(),
      delete(key) {
        if (!store.get(key)) return false;
        store.delete(key);
        return true;
      },
      snapshot: () => this.#snapshot(),
    };
  }

  /** An etcd starts on the data directory that its flags name. */
  open(context: ComponentContext): void {
    const file = `${context.flags.get('data-dir') ?? '/default.etcd'}/${FILE}`;
    const bytes = context.readFile(file);
    const text = bytes && Buffer.from(bytes).toString();
    const mark = text === undefined ? undefined : liveMark(text);
    if (mark !== undefined) {
      const kept = this.#kept(mark);
      if (existsSync(kept)) {
        this.#switchTo(parseSnapshot(readFileSync(kept, 'utf8')) ?? new Map<string, KubeObject>());
        this.#mark(context, file);
        rmSync(kept);
      } else this.#live = mark;
      return;
    }
    // A cluster's first etcd finds its database made: the cluster is a copy of one that kubeadm has set up.
    if (text !== undefined || this.#live !== undefined)
      this.#switchTo((text === undefined ? undefined : parseSnapshot(text)) ?? this.#bootstrapped());
    this.#mark(context, file);
  }

  /** Keeps what the store holds under its mark, and puts other content in its place. */
  #switchTo(content: ReadonlyMap<string, KubeObject>): void {
    if (this.#live !== undefined) saveSnapshot(this.#store, this.#kept(this.#live));
    const held = Array.from(this.#store.entries(), ([key]) => key);
    for (const key of held) if (!content.has(key)) this.#store.delete(key);
    // Revisions go on, as with `etcdutl snapshot restore --bump-revision`: who watches sees the way back as changes.
    for (const [key, object] of content) {
      const current = this.#store.get(key);
      if (!current || !deepEqual(unstamped(current), unstamped(object))) this.#store.put(key, object);
    }
  }

  #mark(context: ComponentContext, file: string): void {
    this.#live = uuid(this.#random);
    const mark: LiveMark = { live: this.#live };
    context.writeFile(file, `${JSON.stringify(mark)}\n`, 0o600);
    context.writeFile(file.replace(/snap\/db$/, 'wal/0000000000000000-0000000000000000.wal'), '', 0o600);
  }

  /** What an API server writes by itself into an empty database. */
  #bootstrapped(): Map<string, KubeObject> {
    const own = /^\/registry\/(apiregistration|priorityclasses\/system-|namespaces\/(default|kube-)|ranges\/)/;
    return new Map(
      [...this.#store.entries()].filter(
        ([key, { metadata }]) => own.test(key) || metadata.labels?.['kubernetes.io/bootstrapping'] !== undefined,
      ),
    );
  }

  #kept(id: string): string {
    return join(this.#folder, `etcd-${id}.db`);
  }

  #snapshot(): Uint8Array {
    const file = join(this.#folder, 'etcd-snapshot.db');
    saveSnapshot(this.#store, file);
    const bytes = readFileSync(file);
    rmSync(file);
    return bytes;
  }
}

function liveMark(text: string): string | undefined {
  try {
    const mark = JSON.parse(text) as Partial<LiveMark> | null;
    return typeof mark?.live === 'string' && /^[\w-]+$/.test(mark.live) ? mark.live : undefined;
  } catch {
    return undefined;
  }
}

function unstamped({ metadata, ...rest }: KubeObject): unknown {
  return { ...rest, metadata: { ...metadata, resourceVersion: '' } };
}
