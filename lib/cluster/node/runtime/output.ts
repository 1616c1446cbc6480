import type { BytePipe } from '../../network/byte-pipe.ts';
import type { FileSystem } from './fs/file-system.ts';

/** Where a process writes: a pipe, a file, a terminal or a log. False when nobody reads any more (SIGPIPE). */
export interface Output {
  write(data: Uint8Array | string): Promise<boolean>;
}

export const discard: Output = { write: () => Promise.resolve(true) };

export function bytesOf(data: Uint8Array | string): Uint8Array {
  return typeof data === 'string' ? Buffer.from(data) : data;
}

export function pipeOutput(pipe: BytePipe): Output {
  return { write: (data) => pipe.write(bytesOf(data)) };
}

/** An open file: each write goes behind the last one. The file has been made or emptied by whoever opened it. */
export function fileOutput(fs: FileSystem, path: string): Output {
  return {
    write(data) {
      fs.writeFile(path, data, { append: true });
      return Promise.resolve(true);
    },
  };
}
