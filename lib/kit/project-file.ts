import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function findRoot(): string {
  // Sources and their bundle in build/js lie at different depths below the same root.
  for (let dir = dirname(fileURLToPath(import.meta.url)); dir !== dirname(dir); dir = dirname(dir)) {
    if (existsSync(join(dir, 'package-lock.json'))) return dir;
  }
  throw new Error('Drydock must run from its own folder: no package-lock.json was found above its code');
}

let root: string | undefined;

/** The path of a file that belongs to the project: `projectPath('lib/cluster/schema/facts/protobuf-fields.json')`. */
export function projectPath(...parts: string[]): string {
  root ??= findRoot();
  return join(root, ...parts);
}

/** A JSON file of the project, read anew at each call. */
export function readProjectJson(...parts: string[]): unknown {
  return JSON.parse(readFileSync(projectPath(...parts), 'utf8'));
}
