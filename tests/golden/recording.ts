import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCluster, PkiPool, type PkiSource } from '../../lib/cluster/index.ts';
import { projectPath } from '../../lib/kit/project-file.ts';
import { serveControl } from '../../lib/terminal/index.ts';
import type { Result } from './replay.mjs';

/** Our copy, and beside the checkout the whole collection, which alone has the cases that print upstream's documentation. */
const COPY = projectPath('tests/golden/cases');
const COLLECTION = projectPath('../shared/golden/cases');

/** What files of the recorded cluster call its API server, and ours too; the recordings show both as the server that kubectl talks to. */
const INSIDE = 'https://172.30.1.2:6443';

/** kubectl is started thousands of times: without threads and garbage collection a start costs half. */
const LEAN_GO = { GOMAXPROCS: '1', GOGC: 'off' };

/** Room that recordings need, bytes. */
const SCRATCH = 512 * 1024 * 1024;

/** Memory where there is enough of it: a disk takes longer over the thousands of small files than the clusters do. */
function scratchRoot(): string {
  const memory = '/dev/shm';
  if (!existsSync(memory)) return tmpdir();
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize > SCRATCH ? memory : tmpdir();
}

/** The same credentials for every cluster: their making takes longer than a short recording. */
function oneForAll(pool: PkiPool): PkiSource {
  let made: ReturnType<PkiSource['take']> | undefined;
  return { take: (profile) => (made ??= pool.take(profile)) };
}

const casesBelow = (root: string) =>
  existsSync(root)
    ? readdirSync(root, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.case'))
        .map((name) => name.slice(0, -'.case'.length))
    : [];

/** The names (`folder/case`) of all recordings at hand, or of those that are or lie below one of `below`. */
export function recordings(below: readonly string[] = []): string[] {
  const all = [...new Set([...casesBelow(COPY), ...casesBelow(COLLECTION)])].sort();
  return below.length === 0 ? all : all.filter((name) => below.some((b) => name === b || name.startsWith(`${b}/`)));
}

/** Replays recordings, each on a cluster of its own in this process. */
export class Recordings {
  readonly #scratch = mkdtempSync(join(scratchRoot(), 'drydock-golden-'));
  readonly #pki = oneForAll(new PkiPool(projectPath('build/pki'), 0));

  readonly #replayer = fork(projectPath('tests/golden/replayer.mjs'), { env: { ...process.env, ...LEAN_GO } });
  readonly #waiting = new Map<number, { resolve: (results: Result[]) => void; reject: (err: Error) => void }>();
  #asked = 0;

  constructor() {
    this.#replayer.on('message', ({ id, results, error }: { id: number; results?: Result[]; error?: string }) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (results) waiting?.resolve(results);
      else waiting?.reject(new Error(error));
    });
  }

  /** What each command of the recording `name` answers now. */
  async replay(name: string): Promise<Result[]> {
    const path = [COPY, COLLECTION].map((root) => join(root, `${name}.case`)).find((p) => existsSync(p));
    if (path === undefined) throw new Error(`there is no recording ${name}`);
    const dir = mkdtempSync(join(this.#scratch, 'cluster-'));
    const cluster = await createCluster({ profile: 'three-node', dir, pki: this.#pki });
    const listening = await cluster.listen({ port: 0 });
    const control = await serveControl(cluster, dir);
    const kubeconfig = join(dir, 'kubeconfig');
    writeFileSync(kubeconfig, cluster.kubeconfig(listening.url), { mode: 0o600 });
    try {
      const host = `node ${projectPath('scripts/run.mjs')} scripts/shell.ts --dir {dir} --host {host} -- bash -c {command}`;
      const replace: [string, string][] = [[INSIDE, listening.url]];
      const options = { bin: projectPath('build/tools/bin'), poll: '300', replace, host };
      return await this.#ask({ path, options, cluster: { kubeconfig, dir, server: listening.url } });
    } finally {
      await control.close();
      await listening.close();
      await cluster.stop();
      rmSync(dir, { recursive: true, force: true });
    }
  }

  #ask(question: object): Promise<Result[]> {
    const id = ++this.#asked;
    this.#replayer.send({ id, ...question });
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  close(): void {
    this.#replayer.disconnect();
    rmSync(this.#scratch, { recursive: true, force: true });
  }
}
