import type { Readable } from 'node:stream';

/**
 * Waits until a sandbox stands. Resolves with its process id outside, which bwrap tells on `info` as JSON, once the
 * machine inside has also said on `ready` that its network stands. The two pipes are read in either order.
 */
export function whenStarted(info: Readable, ready: Readable): Promise<number> {
  const pid = new Promise<number>((resolve) => {
    let said = '';
    info.on('data', (data: Buffer) => {
      said += data.toString();
      const found = /"child-pid": (\d+)\D/.exec(said)?.[1];
      if (found) resolve(Number(found));
    });
  });
  const stands = new Promise<void>((resolve) => ready.once('data', () => resolve()));
  return Promise.all([pid, stands]).then(([id]) => id);
}
