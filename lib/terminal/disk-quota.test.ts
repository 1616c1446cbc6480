import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { ManualClock } from '../kit/clock.ts';
import { DiskQuota, diskUsage } from './disk-quota.ts';

const disk = mkdtempSync(join(tmpdir(), 'drydock-disk-'));
afterAll(() => rmSync(disk, { recursive: true }));

test('counts what lies on the disk, not what is mounted on it or linked to', async () => {
  mkdirSync(join(disk, 'usr'));
  mkdirSync(join(disk, 'tmp/usr'), { recursive: true });
  const before = await diskUsage(disk, Infinity);
  writeFileSync(join(disk, 'usr/a'), Buffer.alloc(50_000));
  symlinkSync('/usr', join(disk, 'tmp/link'));
  expect(await diskUsage(disk, Infinity)).toBe(before);
  writeFileSync(join(disk, 'tmp/usr/a'), Buffer.alloc(40_960));
  expect(await diskUsage(disk, Infinity)).toBe(before + 40_960);
});

test('looks every two seconds, less and less often while nothing changes, and says when it is full', async () => {
  const clock = new ManualClock(0);
  const said: [number, boolean][] = [];
  const quota = new DiskQuota({
    disk,
    limit: 100_000,
    clock,
    setFull: (full) => {
      said.push([clock.now(), full]);
      return Promise.resolve();
    },
  });
  const due = () => vi.waitUntil(() => clock.nextDue());
  const next = async () => {
    const at = await due();
    clock.advance(at - clock.now());
    return at;
  };
  // The first look finds more than nothing, which is a change.
  expect([await next(), await next(), await next(), await next()]).toEqual([2000, 4000, 8000, 16_000]);
  await due();
  writeFileSync(join(disk, 'tmp/b'), Buffer.alloc(200_000));
  quota.wake();
  await next();
  await due();
  expect(said).toEqual([[18_000, true]]);
  rmSync(join(disk, 'tmp/b'));
  await next();
  await due();
  expect(said).toEqual([
    [18_000, true],
    [20_000, false],
  ]);
  quota.stop();
});
