import { joinPath } from '../fs/file-system.ts';
import type { Process } from '../process.ts';

/** An operand as a path from the root. */
export const at = (p: Process, path: string) => joinPath(p.cwd, path);
export const why = (err: unknown) => (err instanceof Error ? err.message : String(err));

/** Does something to each operand, telling what fails as busybox does: `rm: can't remove 'x': …`. */
export async function each(
  p: Process,
  name: string,
  paths: readonly string[],
  shown: (path: string) => string,
  work: (path: string) => Promise<unknown> | void,
): Promise<number> {
  let status = 0;
  for (const path of paths) {
    try {
      await work(path);
    } catch (err) {
      await p.warn(`${name}: ${shown(path)}: ${why(err)}\n`);
      status = 1;
    }
  }
  return status;
}
