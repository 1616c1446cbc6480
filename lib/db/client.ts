import { PrismaLibSQL } from '@prisma/adapter-libsql';
import { PrismaClient } from '@prisma/client';

export type Database = PrismaClient;

/**
 * The only place that builds a Prisma client. `url` is a `file:` URL of a migrated SQLite database. With a write-ahead log
 * (a property that the file keeps) readers do not wait for the writer, and every commit is on disk before it returns.
 */
export async function openDatabase(url: string): Promise<Database> {
  const db = new PrismaClient({
    adapter: new PrismaLibSQL({ url }),
    // Transactions queue for the one writer: a whole class that starts at once must not run out of patience.
    transactionOptions: { maxWait: 30_000, timeout: 30_000 },
  });
  await db.$queryRaw`PRAGMA journal_mode = WAL`;
  return db;
}
