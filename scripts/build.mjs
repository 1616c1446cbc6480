// Bundles the programs (server, worker, commands) with esbuild when a source is newer than the last build. Each build has
// a folder of its own and build/js is a link to the newest: programs that run keep the one they started from.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';

export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const out = join(root, 'build/js');
const builds = join(root, 'build/js-builds');
const stamp = join(root, 'build/js.stamp');
const lock = join(root, 'build/js.lock');
/** Builds that are kept: the newest, and those that running programs may still load chunks from. */
const KEPT_BUILDS = 6;
/** A build takes a second; a lock this old was left behind by one that died. */
const STALE_LOCK_MS = 60_000;

function* sources(dir) {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (/\.(tsx?|mjs|json|css|svg)$/.test(entry.name) && !entry.name.endsWith('.test.ts')) yield path;
  }
}

const mtime = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Whether any of `paths` (files or folders) is newer than `than`. */
export function isNewer(paths, than) {
  const made = mtime(than);
  if (!made) return true;
  const files = paths.map((p) => join(root, p)).filter((p) => existsSync(p));
  return files.some((p) =>
    statSync(p).isDirectory() ? [...sources(p)].some((f) => mtime(f) > made) : mtime(p) > made,
  );
}

const isStale = () =>
  isNewer(
    ['lib', 'scripts', 'tests/api', 'tests/fuzz', 'tests/golden', 'server.ts', 'worker.ts', 'package-lock.json'],
    stamp,
  );

async function takeLock() {
  mkdirSync(dirname(lock), { recursive: true });
  for (;;) {
    try {
      mkdirSync(lock);
      return;
    } catch {
      if (Date.now() - mtime(lock) > STALE_LOCK_MS) rmSync(lock, { recursive: true, force: true });
      await pause(50);
    }
  }
}

/** Points build/js at a build, in one step, and drops old ones. */
function switchTo(fresh) {
  if (statSync(out, { throwIfNoEntry: false }) && realpathSync(out) === out) rmSync(out, { recursive: true });
  rmSync(`${out}.new`, { force: true });
  symlinkSync(fresh, `${out}.new`);
  renameSync(`${out}.new`, out);
  const old = readdirSync(builds).sort().slice(0, -KEPT_BUILDS);
  for (const name of old) rmSync(join(builds, name), { recursive: true, force: true });
}

/** Where the newest build's program for an entry (`scripts/cluster.ts`) is. */
export const programPath = (entry) => join(realpathSync(out), entry.replace(/\.ts$/, '.js'));

/** Makes build/js current; safe to call from several processes at once. */
export async function build() {
  if (!isStale()) return;
  await takeLock();
  try {
    if (!isStale()) return;
    const began = new Date();
    await import('./generate.mjs');
    const { build: bundle } = await import('esbuild');
    const entries = [
      ...['server.ts', 'worker.ts'].filter((f) => existsSync(join(root, f))),
      ...readdirSync(join(root, 'scripts'))
        .filter((f) => f.endsWith('.ts') && !f.endsWith('.test.ts'))
        .map((f) => `scripts/${f}`),
    ];
    const fresh = join(builds, String(began.getTime()));
    await bundle({
      absWorkingDir: root,
      entryPoints: entries,
      outbase: root,
      outdir: fresh,
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      sourcemap: true,
      logLevel: 'error',
    });
    switchTo(fresh);
    writeFileSync(stamp, '');
    utimesSync(stamp, began, began);
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}
