import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase } from './client.ts';
import type { Database } from './client.ts';

/** For tests: a real database with every migration, in a folder of its own. Opening its URL again is a restart. */
export async function temporaryDatabase(): Promise<{ db: Database; url: string }> {
  const url = `file:${join(mkdtempSync(join(tmpdir(), 'drydock-db-')), 'test.db')}`;
  const db = await openDatabase(url);
  const migrations = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));
  for (const name of readdirSync(migrations).sort()) {
    if (name.endsWith('.toml')) continue;
    const sql = readFileSync(join(migrations, name, 'migration.sql'), 'utf8');
    for (const statement of sql.split(/;\s*$/m)) if (statement.trim()) await db.$executeRawUnsafe(statement);
  }
  return { db, url };
}
