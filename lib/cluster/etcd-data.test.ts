import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { seededRandom } from '../kit/random.ts';
import { EtcdData } from './etcd-data.ts';
import { openStore, type JournaledStore } from './store/journal.ts';

let folder: string;
let store: JournaledStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'etcd-data-'));
  store = openStore({ file: join(folder, 'journal') });
});

afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const put = (name: string) =>
  store.put(`/registry/configmaps/default/${name}`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
const names = () => Array.from(store.entries(), ([key]) => key.split('/').at(-1));

test('a snapshot put in place of the data directory brings its state back, and the old directory brings back its own', () => {
  const data = new EtcdData({ store, random: seededRandom(1), folder });
  const disk = new Map<string, string>();
  const start = () =>
    data.open({
      node: 'controlplane',
      onHost: true,
      args: [],
      flags: new Map([['data-dir', '/var/lib/etcd']]),
      readFile: (path) => (disk.has(path) ? Buffer.from(disk.get(path) ?? '') : undefined),
      writeFile: (path, text) => void disk.set(path, text),
      appendFile: () => undefined,
      hostPath: () => undefined,
      log: () => undefined,
      exited: () => undefined,
    });
  const db = '/var/lib/etcd/member/snap/db';
  start();
  put('before');
  const snapshot = data.database(() => undefined).snapshot();
  put('after');
  const old = disk.get(db) ?? '';
  start();
  expect(names()).toEqual(['after', 'before']);

  disk.set(db, Buffer.from(snapshot).toString());
  start();
  expect(names()).toEqual(['before']);

  disk.set(db, old);
  start();
  expect(names()).toEqual(['after', 'before']);
});
