import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { ControlGroups } from '../../lib/terminal/cgroup.ts';
import { DEFAULT_LIMITS } from '../../lib/terminal/limits.ts';
import { openLab, until, type Lab } from './fixture.ts';

const MIB = 1024 * 1024;

let lab: Lab;
afterEach(() => lab.close());

/** As root only control groups bound root; without any (a container's root, say) its host has the limits of each process alone. */
function hasControlGroups(): boolean {
  const groups = new ControlGroups('test', DEFAULT_LIMITS);
  groups.remove();
  return groups.paths.length > 0;
}

const BOMB = 'b() { b | b & sleep 1; }; b 2>/dev/null; sleep 1; echo over';

test('a fork bomb is stopped, and other hosts do not notice', async () => {
  lab = openLab({ processes: 40 });
  const bomb = lab.candidate('node01', BOMB);
  const began = Date.now();
  expect((await lab.candidate('base', 'echo fine')).stdout).toBe('fine\n');
  expect(Date.now() - began).toBeLessThan(5000);
  const count = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length;
  expect(count).toBeLessThan(1000);
  await lab.hosts.dispose();
  await bomb;
});

test.runIf(process.getuid?.() !== 0 || hasControlGroups())('neither does one of root', async () => {
  lab = openLab({ processes: 40 });
  const bomb = lab.root('node01', BOMB);
  await until('the bomb has hit its limit', async () => {
    expect(readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length).toBeLessThan(1000);
    return (await lab.candidate('node01', 'true')).exitCode !== 0;
  });
  await lab.hosts.dispose();
  await bomb;
});

test('a process cannot take more memory than its host has', async () => {
  lab = openLab({ memory: 64 * MIB });
  const { exitCode, said } = await lab.candidate('node01', `perl -e '$x = "a" x (200 * 1024 * 1024); print length $x'`);
  expect(exitCode).not.toBe(0);
  expect(said).not.toContain(String(200 * MIB));
  expect((await lab.candidate('node01', 'echo fine')).stdout).toBe('fine\n');
});

test.runIf(hasControlGroups())('nor can all of them together', async () => {
  lab = openLab({ memory: 64 * MIB });
  const { stdout } = await lab.candidate(
    'node01',
    `for i in 1 2 3 4; do perl -e '$x = "a" x (40 * 1024 * 1024); sleep 2; print "done\\n"' & done; wait; echo over`,
  );
  expect(stdout.split('\n').filter((l) => l === 'done').length).toBeLessThan(2);
});

test('memory file systems have a size', async () => {
  lab = openLab();
  const { said } = await lab.root(
    'node01',
    'head -c 100M /dev/zero > /dev/shm/a; head -c 100M /dev/zero > /run/a; head -c 1M /dev/zero > /dev/b',
  );
  expect(said).toMatch(/No space left on device\n.*No space left on device\n.*Read-only file system/s);
});

test('one file cannot outgrow its limit', async () => {
  lab = openLab({ fileSize: MIB });
  const { said } = await lab.root('node01', 'trap "" XFSZ; head -c 2M /dev/zero > /tmp/big; stat -c %s /tmp/big');
  expect(said).toContain('File too large');
  expect(said).toContain(String(MIB));
});

test('a full disk takes no more until something is removed', async () => {
  lab = openLab({ disk: 20 * MIB });
  const write = `trap '' XFSZ; head -c 1000 /dev/zero > /tmp/one`;
  await lab.root('node01', 'head -c 30M /dev/zero > /tmp/big; rm -f /tmp/one');
  // One shell for the whole test, as a learner has: the limit reaches processes that are there already.
  const writer = lab.root(
    'node01',
    `${write.replace('head', 'until ! head')}; do sleep 0.1; rm /tmp/one; done; echo full; rm /tmp/big /tmp/one; until head -c 1000 /dev/zero > /tmp/one; do sleep 0.1; done; echo room`,
  );
  expect((await writer).stdout).toBe('full\nroom\n');
  expect(readdirSync(join(lab.dir, 'node01/tmp'))).toEqual(['one']);
}, 60_000);

test('a command that is broken off leaves nothing running', async () => {
  lab = openLab();
  const broken = new AbortController();
  const run = lab.hosts.run('node01', {
    account: 'candidate',
    argv: ['bash', '-c', 'sleep 1000 & exec sleep 1001'],
    signal: broken.signal,
  });
  await until('it runs', async () => (await lab.root('node01', 'pgrep -f "sleep 1001"')).exitCode === 0);
  broken.abort();
  expect((await run).exitCode).toBe(137);
  await until('it has gone', async () => (await lab.root('node01', 'pgrep -f "^sleep 1001"')).exitCode === 1);
});
