/** The database: the only importer of Prisma. */
export { openDatabase } from './client.ts';
export type { Database } from './client.ts';
