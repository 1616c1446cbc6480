import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../machinery/object.ts';
import { makeBase } from './base.ts';
import { openStore, saveSnapshot } from './journal.ts';

const object = (name: string, labels: Record<string, string> = {}): KubeObject => ({ metadata: { name, labels } });
const base = makeBase('profile-1', 5, [
  ['/registry/pods/a', object('a')],
  ['/registry/pods/b', object('b')],
]);

describe('openStore', () => {
  let dir: string;
  let file: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'journal-'));
    file = join(dir, 'journal');
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const names = (prefix = '') =>
    openStore({ file, base })
      .list(prefix)
      .items.map((o) => o.metadata.name);

  it('has every write in the file before it returns', () => {
    const store = openStore({ file, base });
    store.put('/registry/pods/c', object('c'));
    expect(readFileSync(file, 'utf8')).toContain('/registry/pods/c');
    store.delete('/registry/pods/a');
    // No close: the process may die here.
    const restored = openStore({ file, base });
    expect(restored.list('').items.map((o) => o.metadata.name)).toEqual(['b', 'c']);
    expect(restored.revision).toBe(7);
    expect(restored.get('/registry/pods/c')?.metadata.resourceVersion).toBe('6');
    expect(restored.get('/registry/pods/b')).toBe(base.objects.get('/registry/pods/b'));
  });

  it('survives a torn last line and goes on after it', () => {
    openStore({ file, base }).put('/registry/pods/c', object('c'));
    appendFileSync(file, '{"r":7,"k":"/registry/pods/d","o":{"metadata":{"na');
    const store = openStore({ file, base });
    store.put('/registry/pods/e', object('é'));
    expect(names()).toEqual(['a', 'b', 'c', 'é']);
  });

  it('starts the file over when it has grown, losing nothing', async () => {
    const store = openStore({ file, base });
    const ballast = { x: 'x'.repeat(1024 * 1024) };
    for (let i = 0; i < 6; i++) {
      store.put('/registry/pods/c', object('c', ballast));
      await Promise.resolve();
    }
    store.delete('/registry/pods/a');
    expect(statSync(file).size).toBeLessThan(4 * 1024 * 1024);
    expect(names()).toEqual(['b', 'c']);
    expect(openStore({ file, base }).revision).toBe(store.revision);
  });

  it('refuses a journal of another base', () => {
    openStore({ file, base });
    expect(() => openStore({ file, base: makeBase('other', 1, []) })).toThrow(
      expect.objectContaining({ code: 'WRONG_BASE' }),
    );
  });

  it('restores a snapshot without the base', () => {
    const store = openStore({ file, base });
    store.put('/registry/pods/c', object('c'));
    const snapshot = join(dir, 'snapshot');
    saveSnapshot(store, snapshot);
    store.delete('/registry/pods/b');
    const restored = openStore({ file: snapshot, base });
    expect(restored.list('').items.map((o) => o.metadata.name)).toEqual(['a', 'b', 'c']);
    expect(restored.revision).toBe(6);
  });
});
