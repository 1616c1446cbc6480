// The database, prepared without a download: Prisma's generated client, and the migrations.
import { existsSync, readFileSync } from 'node:fs';
import { run } from './prepare.mjs';
import { root } from './build.mjs';

const SCHEMA = `${root}/prisma/schema.prisma`;
/** Prisma keeps a copy of the schema beside the client that it generates. */
const GENERATED = `${root}/node_modules/.prisma/client/schema.prisma`;

const prisma = (...args) =>
  run('node_modules/.bin/prisma', args, {
    stdio: ['ignore', 'ignore', 2],
    env: { ...process.env, CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1' },
  });

/** Generates the client where it is absent or made from another schema. */
export async function prepareDatabaseClient() {
  const made = existsSync(GENERATED) ? readFileSync(GENERATED, 'utf8') : '';
  if (made.trim() !== readFileSync(SCHEMA, 'utf8').trim()) prisma('generate');
}

/** Makes the database and brings it to the newest migration; learners' data stays. */
export async function prepareDatabase() {
  prisma('migrate', 'deploy');
}
