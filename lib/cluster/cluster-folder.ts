import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PkiFiles } from './access/pki.ts';
import { installHost, NewDisk } from './node/index.ts';
import type { Profile } from './profiles/index.ts';

/** What a cluster was made from; with the journal and the nodes' disks, all that a restart needs. Holds the CA's key: mode 0600. */
export interface ClusterRecord {
  format: 1;
  id: string;
  profile: string;
  /** Milliseconds. */
  createdAt: number;
  /** Of the uids and ids in its first state. */
  seed: number;
  pki: PkiFiles;
}

/** A cluster's folder: `cluster.json`, `journal`, `nodes/<name>/`. */
export class ClusterFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get journal(): string {
    return join(this.path, 'journal');
  }

  disk(node: string): string {
    return join(this.path, 'nodes', node);
  }

  /** The record of the cluster that lives here; undefined in a new folder. */
  read(): ClusterRecord | undefined {
    const file = join(this.path, 'cluster.json');
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ClusterRecord) : undefined;
  }

  /** Installs the nodes' disks, then writes the record: a folder with a record is complete. */
  create(record: ClusterRecord, profile: Profile): void {
    mkdirSync(this.path, { recursive: true, mode: 0o700 });
    for (const { name } of profile.nodes) {
      // What a creation that was cut short has left.
      rmSync(this.disk(name), { recursive: true, force: true });
      const disk = new NewDisk(this.disk(name));
      installHost(disk, name, profile.nodes);
      for (const files of [profile.files(name), record.pki[name] ?? {}]) {
        for (const [path, text] of Object.entries(files)) writeKubeadmFile(disk, path, text, record.createdAt);
      }
    }
    const file = join(this.path, 'cluster.json');
    writeFileSync(`${file}.new`, JSON.stringify(record), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
}

function writeKubeadmFile(disk: NewDisk, given: string, text: string, now: number): void {
  // A rotated credential: its file says when it came, and a link says which is the newest.
  const stamp = new Date(now).toISOString().slice(0, 19).replace(/[T:]/g, '-');
  const path = given.replace(/-current\.pem$/, `-${stamp}.pem`);
  if (path !== given) disk.symlink(path, given);
  const secret =
    path.endsWith('.key') ||
    path.endsWith('.conf') ||
    path.startsWith('/etc/kubernetes/manifests/') ||
    path.endsWith('.pem');
  disk.write(path, text, secret ? 0o600 : 0o644);
}
