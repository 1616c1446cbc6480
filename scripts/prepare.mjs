// What `npm start` and `npm test` do first on any machine, a fresh clone included: packages, system tools, generated code.
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const mtime = (path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;

export const say = (text) => process.stderr.write(`${text}\n`);

/** Runs a program of this project and shows what it prints; an error ends the command with a sentence, not a stack. */
export function run(command, args, options = {}) {
  try {
    execFileSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
  } catch (err) {
    say(`drydock: '${[command, ...args].join(' ')}' failed (${err.status ?? err.code}). The lines above say why.`);
    process.exit(1);
  }
}

function nodeIsNewEnough() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major > 20 || (major === 20 && minor >= 18);
}

export async function prepare({ forTests }) {
  if (!nodeIsNewEnough()) {
    say(`drydock: Node ${process.versions.node} is too old; install Node 20.18 or newer (20, 22 and 24 are tested).`);
    process.exit(1);
  }
  if (mtime('node_modules/.package-lock.json') < mtime('package-lock.json')) {
    say('drydock: installing npm packages …');
    // Not `npm ci`: it insists on entries for every platform's optional binaries, which not every registry mirror carries.
    run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']);
  }
  const { prepareTools } = await import('./tools.mjs');
  await prepareTools({ forTests });
  const { build } = await import('./build.mjs');
  const { prepareDatabaseClient } = await import('./database.mjs');
  await prepareDatabaseClient();
  await build();
}
