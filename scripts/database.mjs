// Prisma's client (generated code) and the SQLite database (migrations), both made current.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './build.mjs';
import { run } from './prepare.mjs';

const stamp = join(root, 'node_modules/.prisma/drydock.stamp');

/** Generates the client when the schema has changed since the last time. */
export async function prepareDatabaseClient() {
  const hash = createHash('sha256')
    .update(readFileSync(join(root, 'prisma/schema.prisma')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  run('node_modules/.bin/prisma', ['generate', '--no-hints']);
  writeFileSync(stamp, hash);
}

/** Creates the database, or applies the migrations it lacks. */
export async function prepareDatabase() {
  run('node_modules/.bin/prisma', ['migrate', 'deploy']);
}
