import { resolveHost } from '../../../network/resolver.ts';
import type { Process } from '../process.ts';

/** Reads a file of the container for the resolver, which does without those that are not there. */
export const readFile = (p: Process) => (path: string) => {
  try {
    return p.fs.readText(path);
  } catch {
    return undefined;
  }
};

export const resolve = (p: Process, host: string): Promise<string> =>
  p.wait(resolveHost(p.world.net, host, readFile(p), p.signal));
