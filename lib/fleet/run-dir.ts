import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The kernel's limit for a unix socket's path is 107 bytes. */
const LONGEST = 100;

/** Where sockets and process ids of one data folder stand: below it, or in a short folder of its own where its path is too long. */
export function runDir(dataDir: string): string {
  const dir = join(dataDir, 'run');
  if (Buffer.byteLength(join(dir, 'worker-00.sock')) <= LONGEST) return dir;
  return join(tmpdir(), `drydock-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`);
}
