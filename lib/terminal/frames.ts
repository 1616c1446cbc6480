/**
 * What a shim (programs/shim.ts) and the server say to each other. A frame is a type byte, a length (32 bits, network
 * order) and as many bytes.
 *
 * From the shim: `h` who calls (first frame), `i` standard input, `e` its end, `w` the window's size, `s` a signal,
 * `a` bytes of output it has written.
 * From the server: `o` standard output, `x` standard error, `a` bytes of input it has consumed, `r` raw terminal please,
 * `q` exit status (last frame).
 */
export interface Frame {
  type: string;
  body: Buffer;
}

/** The most that either side sends before the other has said that it is done with it. */
export const WINDOW = 256 * 1024;

/** No honest frame is longer; a longer one ends the conversation. */
const LONGEST = 4 * 1024 * 1024;

export function encodeFrame(type: string, body: Uint8Array | string = ''): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

export function encodeNumber(type: string, value: number): Buffer {
  const body = Buffer.alloc(4);
  body.writeUInt32BE(value >>> 0);
  return encodeFrame(type, body);
}

/** Cuts a stream of bytes into frames; `push` returns undefined when the bytes cannot be frames. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  push(data: Uint8Array): Frame[] | undefined {
    let rest = this.#rest.length ? Buffer.concat([this.#rest, data]) : Buffer.from(data);
    const frames: Frame[] = [];
    while (rest.length >= 5) {
      const size = rest.readUInt32BE(1);
      if (size > LONGEST) return undefined;
      if (rest.length < 5 + size) break;
      frames.push({ type: String.fromCharCode(rest[0] ?? 0), body: rest.subarray(5, 5 + size) });
      rest = rest.subarray(5 + size);
    }
    this.#rest = rest;
    return frames;
  }
}

/** The first frame of a shim. */
export interface ShimCall {
  argv: string[];
  cwd: string;
  uid: number;
  stdinIsTerminal: boolean;
  stdoutIsTerminal: boolean;
  stderrIsTerminal: boolean;
  columns: number;
  rows: number;
  env: Record<string, string>;
}

/** Undefined when the bytes are no call. */
export function decodeCall(body: Buffer): ShimCall | undefined {
  const [name, cwd, uid, stdinTty, stdoutTty, stderrTty, columns, rows, count, ...rest] = body.toString().split('\0');
  const size = Number(count);
  if (!name || cwd === undefined || !Number.isInteger(size) || size < 0 || size > rest.length) return undefined;
  const env = rest.slice(size).map((pair) => {
    const cut = pair.indexOf('=');
    return [pair.slice(0, cut), pair.slice(cut + 1)];
  });
  return {
    argv: [name, ...rest.slice(0, size)],
    cwd,
    uid: Number(uid),
    stdinIsTerminal: stdinTty === '1',
    stdoutIsTerminal: stdoutTty === '1',
    stderrIsTerminal: stderrTty === '1',
    columns: Number(columns) || 80,
    rows: Number(rows) || 24,
    env: Object.fromEntries(env) as Record<string, string>,
  };
}
