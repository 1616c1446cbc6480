import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The name of something that belongs to this process and must not outlive it: `drydock-host-4711-…`. */
export const ownName = (prefix: string, rest: string): string => `${prefix}${process.pid}-${rest}`;

/** Removes what processes that were killed have left in `dir`: entries named by `ownName` whose process is gone. */
export function sweep(dir: string, prefix: string, remove: (path: string) => void): void {
  if (!existsSync(dir)) return;
  for (const name of readdirSync(dir)) {
    const pid = name.startsWith(prefix) ? /^(\d+)-/.exec(name.slice(prefix.length))?.[1] : undefined;
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) remove(join(dir, name));
  }
}
