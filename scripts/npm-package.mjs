// Files out of an npm package that is not installed: its dependencies are not needed to read them.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Unpacks a package `{name, version, integrity}` and gives what `use` makes of the folder with its files. Throws when the
 * registry cannot be reached, and when the package is not the one that was checked.
 */
export function unpackPackage({ name, version, integrity }, use) {
  const scratch = mkdtempSync(join(tmpdir(), 'drydock-package-'));
  try {
    execFileSync('npm', ['pack', `${name}@${version}`, '--silent', '--pack-destination', scratch], {
      cwd: scratch,
      stdio: ['ignore', 'ignore', 2],
    });
    const tarball = join(scratch, readdirSync(scratch).find((f) => f.endsWith('.tgz')) ?? 'missing.tgz');
    const found = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
    if (found !== integrity) throw new Error(`${name}@${version} is not the package that was checked: ${found}`);
    execFileSync('tar', ['xzf', tarball, '-C', scratch]);
    return use(join(scratch, 'package'));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The bytes of one file of a package. */
export const readFromPackage = (pkg, member) => unpackPackage(pkg, (dir) => readFileSync(join(dir, member)));
