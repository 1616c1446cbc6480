import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where lib/cluster/schema is: this module may run from its own folder or out of a bundle elsewhere in the project. */
function findFolder(): string {
  for (let dir = dirname(fileURLToPath(import.meta.url)); ; dir = dirname(dir)) {
    const folder = join(dir, 'lib/cluster/schema');
    if (existsSync(join(folder, 'facts'))) return folder;
    if (dir === dirname(dir)) throw new Error('lib/cluster/schema/facts is missing: run Drydock from its own folder');
  }
}

let folder: string | undefined;

/** The text of a file below lib/cluster/schema: `facts/…`, or `generated/…`, which scripts/generate.mjs makes. */
export function schemaText(path: string): string {
  folder ??= findFolder();
  return readFileSync(join(folder, path), 'utf8');
}

/** The same of a file that is no text. */
export function schemaBytes(path: string): Buffer {
  folder ??= findFolder();
  return readFileSync(join(folder, path));
}

/** Whether there is such a file. */
export function hasSchemaFile(path: string): boolean {
  folder ??= findFolder();
  return existsSync(join(folder, path));
}
