import type { BytePipe } from '../../../network/byte-pipe.ts';

/** The next line without its end; undefined at the end of input. */
export async function readLineOf(input: BytePipe): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  for (let chunk = await input.read(); chunk; chunk = await input.read()) {
    const end = chunk.indexOf(10);
    if (end >= 0) {
      parts.push(chunk.subarray(0, end));
      input.unread(chunk.subarray(end + 1));
      return Buffer.concat(parts).toString().replace(/\r$/, '');
    }
    parts.push(chunk);
  }
  return parts.length ? Buffer.concat(parts).toString() : undefined;
}
