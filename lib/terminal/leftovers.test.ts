import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ownName, sweep } from './leftovers.ts';

const dir = mkdtempSync(join(tmpdir(), 'drydock-leftovers-'));
afterAll(() => rmSync(dir, { recursive: true }));

test('removes what belongs to processes that are gone, and nothing else', () => {
  const own = ownName('host-', 'a');
  // No process has an id beyond the kernel's largest, 4194304.
  for (const name of [own, 'host-5000000-a', 'other-5000000-a', 'host-x']) mkdirSync(join(dir, name));
  sweep(dir, 'host-', (path) => rmSync(path, { recursive: true }));
  expect(readdirSync(dir).sort()).toEqual([own, 'host-x', 'other-5000000-a'].sort());
  expect(() => sweep(join(dir, 'absent'), 'host-', () => undefined)).not.toThrow();
});
